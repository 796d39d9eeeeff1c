"""More short requirements, in other words and domains; measured once before tuning on them."""

EXPECTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Travellers book seats on ferries. A crossing has a departure time, an arrival time, a ship and a "
        "capacity. A booking"
        " has a crossing, a passenger name and a number of persons. The arrival must be later than the "
        "departure. The total"
        " number of persons of a crossing may not exceed its capacity. Bookings that are not paid within 2"
        " hours are cancelled.",
        (
            "comparisons Crossing condition=arrival_time gt departure_time",
            "limits Booking measure=number_of_persons; maximum=crossing_id.capacity",
            "expiries Booking target=cancelled; minutes=120",
        ),
    ),
    (
        "A gym offers classes. A class has a name, a trainer, a start, an end and at most 20 places. "
        "Members sign up for classes"
        " with their name and e-mail. A trainer cannot give two classes at the same time. Members can "
        "cancel a sign-up.",
        ("overlaps * within~trainer", "actions * name=cancel; target=cancelled; roles=member"),
    ),
    (
        "We track company assets. An asset has an inventory number, a name, a purchase date and a purchase "
        "price. Assets are"
        " available, assigned or retired. An asset can be assigned to an employee and given back. Retired "
        "assets can't be"
        " assigned any more. Show the total purchase price of all assets per year.",
        (
            "state_machines Asset states=available,assigned,retired; initial=available",
            "actions Asset target=retired",
            "!actions Asset sources~retired",
        ),
    ),
    (
        "A blog post has a title, a text and an author. Posts begin as drafts. Authors publish their posts,"
        " and editors can"
        " unpublish them. Readers comment on published posts. Comments must be approved by an editor "
        "before they appear.",
        (
            "state_machines Post initial=draft; states~published",
            "actions Post name=publish; target=published; roles~author",
            "actions Post name=unpublish; roles=editor",
            "actions Comment name=approve; target=approved; roles=editor",
        ),
    ),
    (
        "An employee files a sick note with a first day and a last day. The last day cannot be before the "
        "first day. HR confirms"
        " sick notes. Employees see only their own sick notes, HR sees all of them.",
        (
            "comparisons SickNote condition=last_day ge first_day",
            "actions SickNote name=confirm; target=confirmed; roles=hr",
            "permissions SickNote role=employee; operations~list; own~employee",
            "permissions SickNote role=hr; operations~list; own=",
        ),
    ),
    (
        "A restaurant keeps a waiting list. A party has a name, a size between 1 and 12 and a phone number."
        " A party is waiting,"
        " seated or gone. The host seats a party. Show the number of waiting parties by size.",
        (
            "state_machines Party states=waiting,seated,gone; initial=waiting",
            "fields Party name=size; minimum=1; maximum=12",
            "actions Party target=seated; roles=host",
            "reports Party group_by=size; where~waiting",
        ),
    ),
    (
        "A shop gives coupons. A coupon has a code (unique), a discount in percent (1 to 50) and an end "
        "date. A coupon may be"
        " used at most 3 times. After the end date it cannot be used.",
        (
            "fields Coupon name=code; unique=True",
            "actions Coupon name=use; at_most=3",
            "actions Coupon name=use; guards~end_date ge today",
        ),
    ),
    (
        "A driver reports a damage with a date, a description and an estimated cost. Damages over 2000 must"
        " also be approved by"
        " the fleet manager. A damage is reported, approved, repaired or dismissed. The date must not lie "
        "in the future.",
        (
            "state_machines Damage initial=reported",
            "comparisons Damage condition=date le today",
            "actions Damage target=approved; roles=fleet_manager",
        ),
    ),
    (
        "Warehouse clerks book goods in and out. A part has a part number (unique), a name, a stock and a "
        "minimum quantity."
        " An issue has a part, a quantity and a date and lowers the stock. A receipt has a part, a quantity"
        " and a date and"
        " raises the stock. An issue larger than the stock is refused. Parts whose stock is below the "
        "minimum quantity raise a"
        " warning.",
        (
            "adjustments Issue target=stock; sign=-1; amount=quantity; floor=0",
            "adjustments Receipt target=stock; sign=1; amount=quantity",
            "notices Part condition=stock lt minimum_quantity",
        ),
    ),
    (
        "An exam has a subject, a date and a maximum score. A result has an exam, a student and a score. "
        "The score must not be"
        " higher than the maximum score of the exam. Each student has only one result per exam. List "
        "results per student.",
        (
            "comparisons Result condition~score le exam_id.max",
            "uniques Result fields=student,exam_id|exam_id,student|student_id,exam_id",
        ),
    ),
    (
        "A library room can be reserved by students for one or two hours. A reservation has a room, a "
        "student e-mail, a start"
        " and an end. A student may hold at most 2 reservations per day. Reservations for the same room may"
        " not overlap."
        " Past reservations cannot be changed.",
        ("overlaps Reservation within=room_id|room",),
    ),
    (
        "A charity collects donations for campaigns. A campaign has a title, a goal and a deadline. A "
        "donation belongs to a"
        " campaign and has a donor, an amount and a date. Show the collected amount of each campaign. When "
        "the goal is reached,"
        " the organiser is notified. Donations can be exported to a spreadsheet.",
        (
            "notices Campaign condition~ge goal",
            "exports Donation format=csv",
            "reports Donation measure=amount; group_by=campaign_id",
        ),
    ),
    (
        "A workshop repairs bicycles. A repair has a customer name, a bicycle, a list of tasks, an hourly "
        "rate and hours worked."
        " The price is the hours worked times the hourly rate. Repairs move from accepted to in progress to"
        " finished to picked"
        " up. Only mechanics may finish a repair.",
        (
            "derivations Repair field=price; kind=product; operands=hours_worked,hourly_rate",
            "state_machines Repair states=accepted,in_progress,finished,picked_up; initial=accepted",
            "actions Repair name=finish; sources=in_progress; target=finished; roles~mechanic",
        ),
    ),
    (
        "A company rents out projectors. A projector has a serial number (unique) and a daily price. A "
        "rental has a projector, a"
        " customer, a from date and an until date. A projector can't be rented when it is already rented "
        "for these dates."
        " The until date has to be after the from date. Show rentals that are overdue.",
        (
            "overlaps Rental within=projector_id",
            "comparisons Rental condition~gt from",
            "listings Rental name=overdue",
        ),
    ),
    (
        "Class representatives collect money. A collection has a purpose and an amount per pupil. A payment"
        " has a collection, a"
        " pupil and a date. A pupil pays once per collection. Show the number of payments by collection.",
        (
            "uniques Payment fields=collection_id,pupil|pupil,collection_id",
            "reports Payment measure=; group_by=collection_id",
        ),
    ),
    (
        "Doctors write prescriptions. A prescription has a patient, a medicine, a dosage and a date. Only "
        "doctors may write"
        " prescriptions. Pharmacists dispense a prescription one time only. A dispensed prescription "
        "cannot be edited.",
        (
            "permissions Prescription role=doctor; operations~create",
            "actions Prescription name=dispense; roles=pharmacist",
            "locks Prescription states=dispensed; refused~update",
        ),
    ),
    (
        "An airline keeps flights. A flight has a flight number, an origin, a destination, a departure time"
        " and an arrival time."
        " Origin and destination must be different. A flight is scheduled, delayed, departed, landed or "
        "cancelled. Show today's"
        " departures. The flight number is unique.",
        (
            "comparisons Flight condition=origin ne destination",
            "state_machines Flight states=scheduled,delayed,departed,landed,cancelled; initial=scheduled",
            "listings Flight where~departure_time ge today",
            "fields Flight name=flight_number; unique=True",
        ),
    ),
    (
        "A hotel cleans rooms. A room has a number and a status: dirty, clean, inspected. Maids mark rooms "
        "as clean; the"
        " supervisor inspects them. Only inspected rooms can be given to guests.",
        (
            "state_machines Room states=dirty,clean,inspected; initial=dirty",
            "actions Room target=clean; roles=maid",
            "actions Room target=inspected; roles=supervisor",
        ),
    ),
    (
        "A sports club has teams and matches. A match has a home team, an away team, a date and a venue. A "
        "team cannot play"
        " against itself. A result has a match, home goals and away goals. There is one result per match.",
        ("comparisons Match condition~ne",),
    ),
    (
        "A magazine sells subscriptions. A subscription has a subscriber, an e-mail, a start date and a "
        "price per month."
        " Subscribers may pause and resume their subscription. A subscription can be terminated. List all "
        "active subscriptions."
        " The monthly revenue is the sum of the prices of active subscriptions.",
        (
            "actions Subscription name=pause; target=paused",
            "actions Subscription name=resume; sources=paused; target=active",
            "actions Subscription name=terminate; target=terminated",
            "listings Subscription name=active; where=status eq =active",
        ),
    ),
    (
        "Teachers enter grades. A grade has a pupil, a subject, a value from 1 to 6 and a date. Pupils can "
        "only read their own"
        " grades. A grade can be corrected by the teacher. Once the term is closed, grades are final.",
        (
            "fields Grade name=value; minimum=1; maximum=6",
            "permissions Grade role=pupil; operations~list; own~pupil",
        ),
    ),
    (
        "Orders of a web shop: an order has a customer e-mail, a delivery address and order items. Each "
        "order item has a product,"
        " a quantity and a unit price. The total of an order is calculated from its items. New orders are "
        "open; they can be paid,"
        " shipped and delivered. An order that has been shipped cannot be cancelled. Unpaid orders are "
        "deleted after 7 days.",
        (
            "derivations Order kind=sum_of_children; child=OrderItem",
            "derivations OrderItem kind=product; operands=quantity,unit_price",
            "actions Order name=pay; target=paid",
            "actions Order name=ship; target=shipped",
            "state_machines Order initial=open",
        ),
    ),
    (
        "A law firm logs time. A time entry has a lawyer, a case, a date, minutes and an hourly rate. "
        "Minutes are entered in steps"
        " of 6. A lawyer cannot log more than 600 minutes per day. Show the minutes per case and lawyer.",
        (
            "limits TimeEntry measure=minutes; group_by=lawyer,date; maximum==600",
            "fields TimeEntry name=minutes; multiple_of=6",
            "reports TimeEntry measure=minutes; group_by~case",
        ),
    ),
    (
        "Volunteers sign up for shifts. A shift has a date, a start time, an end time and a number of "
        "volunteers needed. A sign-up"
        " has a shift and a volunteer. A shift cannot have more sign-ups than the number of volunteers "
        "needed. No volunteer can"
        " sign up twice for one shift.",
        (
            "limits * measure=count; maximum~number_of_volunteers",
            "uniques * fields~shift_id; fields~volunteer",
        ),
    ),
    (
        "A bank branch handles complaints. A complaint has a customer, a text, a category and a received "
        "date. Complaints are new,"
        " in progress, answered or escalated. Complaints must be answered within 5 days. List the "
        "complaints that are overdue."
        " Report complaints by category and month.",
        (
            "derivations Complaint kind=offset; amount==5; unit=days",
            "listings Complaint where~lt",
            "reports Complaint measure=; group_by~category",
        ),
    ),
    (
        "A farm sells boxes of vegetables. A box has a name, a weight and a price. Customers order boxes "
        "for a delivery date. The"
        " delivery date must be at least today. An order has a customer, a box, a quantity and a delivery "
        "date. Show the sum of"
        " quantities per box and delivery date.",
        (
            "comparisons Order condition=delivery_date ge today",
            "reports Order measure=quantity; group_by=box_id,delivery_date",
        ),
    ),
    (
        "A helpdesk logs calls. A call has a caller, a topic and a duration in minutes. Calls longer than "
        "30 minutes are flagged."
        " Agents close calls with a note. Supervisors reopen closed calls.",
        (
            "actions Call name=close; target=closed; roles=agent; inputs~note",
            "actions Call name=reopen; roles=supervisor",
        ),
    ),
    (
        "A savings club: each member has a name and a balance. A member pays in and withdraws money. A "
        "payment has a member, an"
        " amount and a date and adds to the balance. A withdrawal has a member, an amount and a date and is"
        " subtracted from the"
        " balance. A withdrawal may not be more than the balance.",
        (
            "adjustments Payment target=balance; sign=1; amount=amount",
            "adjustments Withdrawal target=balance; sign=-1; amount=amount; floor=0",
        ),
    ),
    (
        "A nursery has children and groups. A group has a name and a maximum size. A child has a name, a "
        "birthday and a group. A"
        " group must not have more children than its maximum size. The birthday must lie in the past. "
        "Search children by name.",
        (
            "limits Child measure=count; group_by=group_id; maximum~group_id.max",
            "comparisons Child condition=birthday lt today|birthday le today",
            "searches Child fields=name",
        ),
    ),
    (
        "Invoices are payable within 30 days. An invoice has a customer, an invoice date, a net amount and "
        "a VAT rate. The gross"
        " amount is the net amount plus VAT. Invoice numbers are assigned consecutively. A paid invoice "
        "cannot be deleted.",
        (
            "derivations Invoice kind=offset; amount==30; unit=days",
            "derivations Invoice kind=sequence",
            "derivations Invoice field=gross_amount; kind=product; percents~vat",
            "locks Invoice states=paid; refused=delete",
        ),
    ),
    (
        "A theatre sells tickets for performances. A performance has a title, a date and a number of seats."
        " A ticket has a"
        " performance, a buyer e-mail and a price. Once a performance is sold out, no more tickets can be "
        "sold. A ticket can be"
        " refunded until the day of the performance. Show revenue per performance.",
        (
            "limits Ticket measure=count; group_by=performance_id; maximum~number_of_seats",
            "actions Ticket name=refund; target=refunded",
            "reports Ticket measure=price; group_by=performance_id",
        ),
    ),
    (
        "An office orders lunch. A meal has a name, a price and a day. A lunch order has a meal, an "
        "employee and a quantity. Each"
        " employee can order only once per day. Orders may not be placed for past days. Show the total "
        "price per employee and"
        " month.",
        ("reports LunchOrder|Order group_by~employee",),
    ),
    (
        "A car wash has bays. A wash has a bay, a plate, a start time and lasts 20 minutes. In one bay "
        "there may be only one wash"
        " at a time. A wash is planned, running or finished. The operator starts and finishes a wash.",
        (
            "overlaps Wash within~bay",
            "state_machines Wash states=planned,running,finished; initial=planned",
            "actions Wash name=start; sources=planned; target=running",
            "actions Wash name=finish; sources=running; target=finished",
        ),
    ),
    (
        "Purchase requests: a request has a title, an amount and a reason. An employee submits a request, "
        "the manager approves or"
        " rejects it. Requests of more than 10000 need an additional approval by the CFO. Rejected requests"
        " can be revised and"
        " submitted again.",
        (
            "actions * name=approve; roles=manager; target=approved",
            "actions * target=approved; roles=cfo",
            "actions * name=reject; target=rejected; roles=manager",
        ),
    ),
    (
        "A freight forwarder plans tours. A truck has a plate (unique), a payload in kg and a next "
        "inspection date. A tour has a"
        " truck, a driver, a date and a cargo weight. The cargo weight must not be greater than the payload"
        " of the truck. Trucks"
        " whose inspection is overdue may not be used for tours. Export tours as CSV.",
        (
            "comparisons Tour condition=cargo_weight le truck_id.payload",
            "comparisons Tour condition=truck_id.next_inspection_date g"
            "|truck_id.next_inspection_date ge today|truck_id.next_inspection_date gt today",
            "exports Tour format=csv",
        ),
    ),
)
