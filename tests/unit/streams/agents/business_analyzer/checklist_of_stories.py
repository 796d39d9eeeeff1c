"""Requirements as stories, bullets, Markdown and JSON; measured once before tuning on them."""

EXPECTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "As a traveller, I want to book a tour with my name, e-mail and number of persons, so that I have a"
        " place.\n"
        "As a traveller, I want to cancel my booking up to the departure.\n"
        "As a guide, I want to see the bookings of a tour.\n"
        "As a manager, I want to add tours with a title, a departure date, a price and a maximum number of "
        "persons.\n"
        "As a manager, I want to see the revenue by tour.",
        (
            "actions Booking name=cancel; target=cancelled; roles~traveller",
            "permissions Tour role=manager; operations~create",
            "reports Booking group_by~tour_id",
        ),
    ),
    (
        "# Household budget\n\n- A category has a name and a monthly limit.\n- An expense has a category, "
        "an amount, a date and a"
        " description.\n- The amount must be greater than 0.\n- Warn when a category exceeds its monthly "
        "limit.\n- Show expenses by"
        " category and month.\n- Export expenses as CSV.",
        (
            "fields Expense name=amount; exclusive_minimum=True",
            "notices Category condition~monthly_limit",
            "reports Expense measure=amount; group_by=category_id,month:date",
            "exports Expense format=csv",
        ),
    ),
    (
        '{"name": "Vet practice", "entities": [{"name": "Owner", "fields": ["name", "phone"]}, {"name": '
        '"Animal", "fields": ["name",'
        ' "species", "owner"]}, {"name": "Appointment", "fields": ["animal", "vet", "start", "end", '
        '"reason"], "states":'
        ' ["booked", "arrived", "treated", "cancelled"]}], "rules": ["A vet cannot have two appointments at'
        ' the same time",'
        ' "Appointments cannot be made in the past", "A treated appointment cannot be cancelled"]}',
        (
            "state_machines Appointment states=booked,arrived,treated,cancelled; initial=booked",
            "overlaps Appointment within=vet; ignoring_states=cancelled",
            "comparisons Appointment condition=start ge now",
            "!actions Appointment name=cancel; sources~treated",
        ),
    ),
    (
        '{"title": "Car sharing", "requirements": ["A car has a plate (unique), a model and a mileage.", "A'
        " trip has a car, a driver,"
        ' a start time, an end time and kilometres.", "A car can only be used by one driver at a time.", '
        '"The end time must be after'
        ' the start time.", "Drivers see only their own trips.", "Monthly kilometres per car."]}',
        (
            "fields Car name=plate; unique=True",
            "overlaps Trip within=car_id",
            "comparisons Trip condition=end_time gt start_time",
            "permissions Trip role=driver; operations~list; own~driver",
            "reports Trip measure=kilometres; group_by~car_id",
        ),
    ),
    (
        "Shop assistants register sales. A product has a name, a barcode (unique), a price and a stock. A "
        "sale has a product and a"
        " quantity. Products that are out of stock cannot be sold. The stock goes down with every sale. "
        "Returns put the goods back"
        " into stock.",
        ("adjustments Sale target=stock; sign=-1; floor=0; amount=quantity",),
    ),
    (
        "The office keeps a visitor book. A visit has a visitor name, a company, a host and an arrival "
        "time. Visitors are checked in"
        " and checked out by reception. Show the visitors who are still in the building.",
        ("actions Visit name=check-out; roles=reception",),
    ),
    (
        "A surgery plans operations. An operation has a patient, a surgeon, a theatre, a start and a "
        "duration in minutes. Neither a"
        " surgeon nor a theatre may be booked twice at the same time. Operations are planned, running, "
        "done or cancelled.",
        (
            "overlaps Operation within=surgeon; duration_minutes~duration",
            "overlaps Operation within=theatre; duration_minutes~duration",
            "state_machines Operation states=planned,running,done,cancelled; initial=planned",
        ),
    ),
    (
        "A caterer takes orders. An order has a customer, an event date and a number of guests. The event "
        "date must be at least 3 days"
        " in the future. Orders are confirmed by the office. Confirmed orders may not be changed any more. "
        "Orders can be cancelled"
        " until the event date.",
        (
            "actions Order name=confirm; target=confirmed",
            "locks Order states=confirmed; refused~update",
            "actions Order name=cancel; target=cancelled",
            "comparisons Order condition=event_date ge today+3d",
        ),
    ),
    (
        "A freight company invoices loads. A load has a weight, a rate per kg and a customer. The charge is"
        " weight multiplied by rate"
        " per kg. A load is loaded, then in transit, then delivered. Drivers set loads to delivered. List "
        "loads in transit.",
        (
            "derivations Load field=charge; kind=product; operands=weight,rate_per_kg",
            "state_machines Load states=loaded,in_transit,delivered; initial=loaded",
            "actions Load target=delivered; sources=in_transit; roles=driver",
            "listings Load where~in_transit",
        ),
    ),
    (
        "A recruitment agency: a vacancy has a title, a company and a salary. Vacancies are open or filled."
        " A candidate has a name and"
        " an e-mail, which must be unique. An application links a candidate to a vacancy. A candidate can "
        "apply only once for a"
        " vacancy. No applications for filled vacancies.",
        (
            "state_machines Vacancy states=open,filled; initial=open",
            "fields Candidate name=email; unique=True",
            "uniques Application fields=candidate_id,vacancy_id|vacancy_id,candidate_id",
            "locks Application via=vacancy_id; states=filled; refused~create",
        ),
    ),
    (
        "Timesheets: employees record hours per project and day. An entry has an employee, a project, a "
        "date and hours. Hours must be"
        " between 0.5 and 10. Per day an employee may record at most 10 hours. Managers approve entries; "
        "approved entries are locked.",
        (
            "fields * name=hours; minimum=0.5; maximum=10",
            "limits * measure=hours; maximum==10; group_by~employee",
            "actions * name=approve; target=approved; roles=manager",
            "locks * states=approved; refused~update",
        ),
    ),
    (
        "A conference has talks and rooms. A talk has a title, a speaker, a room, a start and an end. Talks"
        " in the same room must not"
        " take place at the same time. A speaker cannot give two talks at once. The end of a talk has to "
        "be later than its start.",
        (
            "overlaps Talk within~room",
            "overlaps Talk within~speaker",
            "comparisons Talk condition=end gt start",
        ),
    ),
    (
        "A restaurant reserves tables. A reservation has a table, a name, a time and a number of guests. "
        "The number of guests must fit"
        " the table: it must not be more than the seats of the table. Reservations that are not confirmed "
        "within 24 hours lapse.",
        (
            "comparisons Reservation condition~number_of_guests le table_id.seats",
            "expiries Reservation minutes=1440",
        ),
    ),
    (
        "A pharmacy keeps a stock of medicines. A medicine has a name, a batch number, an expiry date and a"
        " quantity. Dispensing takes"
        " medicines from stock and must not exceed the quantity. Medicines past their expiry date must not "
        "be dispensed. Show medicines"
        " that expire in the next 30 days.",
        ("listings Medicine where~expiry_date le today+30d",),
    ),
    (
        "A train company sells seat reservations. A train has a number, a date and seats. A reservation has"
        " a train, a passenger, a seat"
        " number and a price. A seat can only be sold once per train. A reservation can be exchanged twice "
        "at most. The total price of"
        " all reservations per train is shown.",
        (
            "uniques Reservation fields=train_id,seat_number|seat_number,train_id",
            "actions Reservation name=exchange; at_most=2",
            "reports Reservation measure=price; group_by=train_id",
        ),
    ),
    (
        "An IT department lends laptops. A laptop has a serial number (unique) and a model. An employee "
        "borrows a laptop and brings it"
        " back. A laptop that is not returned after 30 days is overdue. Show overdue laptops.",
        ("actions Loan name=return; target=returned", "listings Loan name=overdue"),
    ),
    (
        "A school canteen. Each pupil has a name and a balance. A meal purchase has a pupil, a date and an "
        "amount and is deducted from the"
        " balance. A top-up has a pupil and an amount. Top-ups increase the balance. The balance cannot go "
        "below zero. Parents get a"
        " message when the balance drops below 5.",
        (
            "adjustments MealPurchase|Purchase target=balance; sign=-1; floor=0",
            "adjustments TopUp target=balance; sign=1",
            "notices Pupil condition=balance lt =5",
        ),
    ),
    (
        "Insurance claims: a claim has a policy number, a date of loss, an amount and a description. Claims"
        " are submitted by customers,"
        " reviewed by a clerk and then paid or rejected. The date of loss must not be after today. Claims "
        "above 5000 must be signed off"
        " by a supervisor too. Show the sum of paid claims per month.",
        (
            "actions Claim name=pay; target=paid",
            "actions Claim name=reject; target=rejected",
            "actions Claim name=review; target=reviewed; roles=clerk",
            "comparisons Claim condition=date_of_loss le today",
            "reports Claim measure=amount; group_by~month; where~paid",
        ),
    ),
    (
        "A property manager tracks repairs. A unit has an address and a tenant. A repair request has a "
        "unit, a description, an urgency"
        " (normal, emergency) and a status (reported, scheduled, fixed). Emergencies have to be fixed "
        "within 4 hours and the rest within"
        " 7 days. Show late repair requests. Only the manager can delete repair requests.",
        (
            "derivations RepairRequest kind=offset; case_field=urgency; cases~emergency:4",
            "listings RepairRequest name=late",
            "permissions RepairRequest role=manager; operations~delete",
        ),
    ),
    (
        "Sales reps enter offers. An offer has a customer, a discount in percent and offer lines. An offer "
        "line has a product, a quantity,"
        " a unit price and a VAT rate. The offer total is the sum of the line amounts. A discount of more "
        "than 20 needs the approval of"
        " the sales manager. Offers are valid for 30 days.",
        (
            "derivations Offer kind=sum_of_children; child=OfferLine",
            "derivations OfferLine kind=product; operands=quantity,unit_price; percents=vat_rate",
        ),
    ),
)
