"""Short requirements of many domains with the rules that a person reads; written before the finders."""

EXPECTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "A leave request has an employee, a start date, an end date and a reason. Requests are created as "
        "pending; a"
        " manager approves or declines them. The end date must not be before the start date.",
        (
            "state_machines LeaveRequest states=pending,approved,declined; initial=pending",
            "actions LeaveRequest name=approve; sources=pending; target=approved; roles=manager",
            "actions LeaveRequest name=decline; sources=pending; target=declined; roles=manager",
            "comparisons LeaveRequest condition=end_date ge start_date",
        ),
    ),
    (
        "A purchase order has a supplier, a date and lines. Each line has an article, a quantity and a "
        "price. The order"
        " total is the sum of its lines. An order can be open, ordered, received or cancelled.",
        (
            "state_machines PurchaseOrder states=open,ordered,received,cancelled; initial=open",
            "derivations PurchaseOrder kind=sum_of_children",
            "derivations * kind=product; operands=quantity,price",
            "actions PurchaseOrder name=cancel; target=cancelled",
        ),
    ),
    (
        "Members book courts. A court has a name and a surface. A reservation has a court, a member name, a"
        " start time"
        " and an end time. A court cannot be double-booked. Reservations can be cancelled up to the start.",
        (
            "overlaps Reservation within=court_id",
            "actions Reservation name=cancel; target=cancelled",
            "comparisons Reservation condition~gt start",
        ),
    ),
    (
        "A course has a title, a date and a maximum number of participants. A registration has a course, a "
        "name and an"
        " e-mail. No more registrations than the maximum number of participants. Nobody may register twice "
        "for the"
        " same course.",
        (
            "limits Registration measure=count; group_by=course_id; maximum~course_id.max",
            "uniques Registration fields~course_id; fields~email",
        ),
    ),
    (
        "Vehicles have a licence plate, a make and a daily rate. A rental has a vehicle, a customer name, a"
        " start date"
        " and an end date. The same vehicle can't be rented twice for overlapping periods. The end date "
        "must be after"
        " the start date.",
        (
            "overlaps Rental within=vehicle_id; start=start_date; end=end_date",
            "comparisons Rental condition=end_date gt start_date",
        ),
    ),
    (
        "An employee has a name and a personnel number (unique). A shift has an employee, a date, a start "
        "and an end."
        " An employee may have at most 5 shifts per week.",
        (
            "fields Employee name=personnel_number; unique=True",
            "open_questions * text~per week",
            "!limits Shift",
        ),
    ),
    (
        "A budget has a category, a month and a limit. An expense has a budget, an amount, a date and a "
        "note. Show the"
        " total expenses per budget. Warn when 90% of the limit is used.",
        (
            "derivations Budget kind=sum_of_children; child=Expense; operands=amount",
            "notices Budget condition~ge 0.9*limit|ge 0.9*budget_limit",
            "reports Expense measure=amount; group_by=budget_id",
        ),
    ),
    (
        "A product has a name, a price and a stock. A sale has a product, a quantity and a date. Each sale "
        "reduces the"
        " stock; selling more than is in stock is not possible. A report shows revenue per month.",
        (
            "adjustments Sale target=stock; sign=-1; floor=0; amount=quantity",
            "reports Sale group_by=month:date",
        ),
    ),
    (
        "Articles have a title, a body and a status (draft, in review, published, archived). Editors can "
        "publish"
        " articles. A published article can no longer be edited.",
        (
            "state_machines Article states=draft,in_review,published,archived; initial=draft",
            "actions Article name=publish; target=published; roles=editor",
            "locks Article states=published; refused~update",
        ),
    ),
    (
        "A patient has a name and a birth date. A prescription belongs to a patient and has a drug, a dose "
        "and an issue"
        " date. Prescriptions expire after 30 days. Only doctors can create prescriptions. The birth date "
        "must be in"
        " the past.",
        (
            "permissions Prescription role=doctor; operations=create",
            "comparisons Patient condition=birth_date lt today|birth_date le today",
            "expiries Prescription minutes=43200",
        ),
    ),
    (
        "An account has an owner and a balance. Deposits and withdrawals have an account, an amount and a "
        "date. A deposit"
        " increases the balance of the account, a withdrawal decreases it. The balance must never become "
        "negative.",
        (
            "adjustments Deposit target=balance; sign=1; amount=amount",
            "adjustments Withdrawal target=balance; sign=-1; amount=amount; floor=0",
        ),
    ),
    (
        "An auction item has a title and a start price. A bid has an item, a bidder e-mail and an amount. A"
        " bid must be at"
        " least the start price. Bids can be exported as CSV.",
        ("comparisons Bid condition~amount ge", "exports Bid format=csv"),
    ),
    (
        "Employees hand in travel requests with a destination, a departure date, a return date and "
        "estimated costs. A"
        " request starts in state new. The supervisor can approve or refuse it. Requests above 5000 euros "
        "also need the"
        " approval of the director. The return date has to be on or after the departure date.",
        (
            "state_machines TravelRequest initial=new",
            "actions TravelRequest name=approve; guards~gt =5000",
            "actions TravelRequest target=approved; roles=director",
            "comparisons TravelRequest condition=return_date ge departure_date",
        ),
    ),
    (
        "Guests reserve tables. A table has a number and seats. A reservation has a table, a guest name, a "
        "phone, a time, a"
        " party size and lasts 90 or 120 minutes. The party size may not be larger than the seats of the "
        "table. A table"
        " can only be reserved once at the same time.",
        (
            "comparisons Reservation condition=party_size le table_id.seats",
            "overlaps Reservation within=table_id",
        ),
    ),
    (
        "A parcel has a tracking code, a recipient and an address. Parcels are registered, then shipped, "
        "then delivered."
        " The tracking code is generated by the system. Lost parcels are marked as lost.",
        (
            "state_machines Parcel states~registered,shipped,delivered; initial=registered",
            "derivations Parcel field=tracking_code; kind=code",
            "actions Parcel name=ship; sources=registered; target=shipped",
            "actions Parcel name=deliver; sources=shipped; target=delivered",
        ),
    ),
    (
        "Students enrol in courses. A course has a name, a teacher and a capacity. An enrolment has a "
        "course and a student"
        " name. A course must not have more enrolments than its capacity. Report the number of enrolments "
        "per course.",
        (
            "limits Enrolment measure=count; group_by=course_id; maximum=course_id.capacity",
            "reports Enrolment measure=; group_by=course_id|course_id.name",
        ),
    ),
    (
        "A machine has a name and a next maintenance date. A work order has a machine, a description and a "
        "priority (low,"
        " medium, high). Show all machines whose maintenance is due. A machine with overdue maintenance "
        "cannot get new"
        " work orders.",
        (
            "listings Machine where~next_maintenance_date",
            "comparisons WorkOrder condition~machine_id.next_maintenance_date",
        ),
    ),
    (
        "A quote has a customer name, a valid until date and positions. A position has a text, a quantity "
        "and a unit price."
        " The amount of a position is quantity times unit price and the total of the quote is the sum of "
        "all amounts."
        " A quote is draft, sent, accepted or declined.",
        (
            "derivations * kind=product; operands=quantity,unit_price",
            "derivations Quote kind=sum_of_children",
            "actions Quote name=accept; target=accepted",
            "actions Quote name=send; sources=draft; target=sent",
        ),
    ),
    (
        "Pets have a name, a species and an owner. Visits have a pet, a date, a vet and a fee. Search pets "
        "by name or owner."
        " Show the average fee per vet. Total fees per month are reported.",
        ("searches Pet fields=name,owner", "reports Visit measure=fee; group_by=month:date"),
    ),
    (
        "A voucher has a code (unique), a value and an expiry date. A voucher can be redeemed only once. "
        "Expired vouchers"
        " cannot be redeemed.",
        (
            "fields Voucher name=code; unique=True",
            "actions Voucher name=redeem; at_most=1",
            "actions Voucher name=redeem; guards~expiry_date ge today",
        ),
    ),
    (
        "A meeting has a title, a room, a start and an end. Two meetings in the same room must not overlap."
        " Meetings last at"
        " most 480 minutes. Employees see upcoming meetings.",
        ("overlaps Meeting within~room", "listings Meeting name=upcoming; where~start g"),
    ),
    (
        "A loan application has an applicant, an amount and a purpose. Applications go through the stages "
        "received, checked,"
        " approved and paid out. A rejected application cannot be changed. Applications can be rejected by "
        "clerks with a"
        " reason.",
        (
            "state_machines LoanApplication states~received,checked,approved,paid_out; initial=received",
            "actions LoanApplication name=reject; target=rejected; inputs~reason; roles=clerk",
            "locks LoanApplication states=rejected; refused~update",
        ),
    ),
    (
        "Project tasks: a task belongs to a project and has a title, an assignee and estimated hours. A "
        "project has a name"
        " and a deadline. The combination of project and title is unique. The project shows the sum of the "
        "estimated hours"
        " of its tasks.",
        (
            "uniques Task fields=project_id,title|title,project_id",
            "derivations Project kind=sum_of_children; child=Task; operands=estimated_hours",
        ),
    ),
    (
        "A taxi ride has a driver, a pickup address, a distance and a price. Rides are requested, accepted,"
        " started and"
        " finished. A ride can be cancelled before it is started. Drivers only see their own rides.",
        (
            "state_machines * states~requested,accepted,started,finished; initial=requested",
            "actions * name=accept; sources=requested; target=accepted",
            "actions * name=cancel; target=cancelled; sources=requested,accepted",
            "permissions * role=driver; operations~list; own~driver",
        ),
    ),
    (
        "Blood donations: a donor has a name, an e-mail (unique) and a blood group (A, B, AB, O). A "
        "donation has a donor, a"
        " date and an amount in ml. The donation date cannot be in the future. The amount is between 300 "
        "and 500.",
        (
            "comparisons Donation condition=date le today",
            "fields Donation name=amount; minimum=300; maximum=500",
            "fields Donor name=email; unique=True",
        ),
    ),
    (
        "Equipment can be lent out. An item has a name and an inventory number (unique). A member borrows "
        "an item for 14"
        " days and returns it. An item that is lent cannot be lent again. List overdue loans. A member can "
        "have at most 3"
        " open loans.",
        (
            "fields * name=inventory_number; unique=True",
            "derivations Loan kind=offset; amount==14; unit=days",
            "actions Loan name=return; target=returned",
            "limits Loan measure=count; group_by=item_id|equipment_id; maximum==1; ignoring_states=returned",
            "listings Loan name=overdue",
            "limits Loan measure=count; group_by=member_id; maximum==3; ignoring_states=returned",
        ),
    ),
    (
        "A subscription has a customer, a plan (basic, pro) and a start date. Subscriptions are active, "
        "paused or ended. A"
        " paused subscription can be resumed. An ended subscription cannot be reactivated.",
        (
            "state_machines Subscription states=active,paused,ended; initial=active",
            "actions Subscription name=pause; target=paused",
            "actions Subscription name=resume; sources=paused; target=active",
            "actions Subscription name=end; target=ended",
            "!actions Subscription sources~ended",
        ),
    ),
    (
        "A hotel room has a number (unique), a type and a price per night. A stay has a room, a guest, an "
        "arrival date and a"
        " departure date. Departure must be later than arrival. A room must not be booked twice for the "
        "same night. The"
        " hotel sees arrivals of today.",
        (
            "comparisons Stay condition=departure_date gt arrival_date",
            "overlaps Stay within~room_id; start=arrival_date; end=departure_date",
            "listings Stay where~arrival_date eq today",
        ),
    ),
    (
        "An incident has a title, a severity (minor, major, critical) and a reporter. Incidents are open "
        "until they are"
        " resolved. Critical incidents must be resolved within 4 hours, others within 3 days. Show the "
        "incidents that are"
        " late.",
        (
            "actions Incident name=resolve; target=resolved",
            "derivations Incident kind=offset; case_field=severity; cases~critical:4",
            "listings Incident where~lt now",
        ),
    ),
    (
        "A supplier has a name and an e-mail. An article has a number, a name, a minimum stock and a stock."
        " Goods receipts"
        " and issues have an article and a quantity and change the stock. If the stock is below the minimum"
        " stock the"
        " purchaser gets a notification. Stock can never be negative.",
        (
            "notices Article condition=stock lt minimum_stock",
            "adjustments * target=stock; sign=1; amount=quantity",
            "adjustments * target=stock; sign=-1; amount=quantity; floor=0",
        ),
    ),
    (
        "A survey has a title and questions. An answer belongs to a question and has a text and a rating (1"
        " to 5). A survey"
        " is open or closed. Answers to closed surveys are refused. Closed surveys cannot be changed.",
        (
            "fields Answer name=rating; minimum=1; maximum=5",
            "state_machines Survey states=open,closed; initial=open",
            "locks Survey states=closed; refused~update",
            "actions Survey name=close; target=closed",
        ),
    ),
    (
        "A donation has a donor name, a donor e-mail, an amount and a campaign. A campaign has a name, a "
        "target amount and an"
        " end date. The raised amount of a campaign is the sum of its donations. When the target amount is "
        "reached, a"
        " notification is sent. No donations after the end date of the campaign.",
        (
            "derivations Campaign kind=sum_of_children; child=Donation; operands=amount",
            "notices Campaign condition~ge target_amount",
            "comparisons Donation condition=campaign_id.end_date ge today",
        ),
    ),
    (
        "A bus trip has a route, a departure time and seats. A seat booking has a trip, a passenger and a "
        "seat number. Each"
        " seat number can be booked only once per trip. There must not be more bookings than seats. "
        "Passengers can cancel"
        " their bookings.",
        (
            "uniques Booking|SeatBooking fields=bus_trip_id,seat_number|seat_number,bus_trip_id"
            "|trip_id,seat_number|seat_number,trip_id",
            "limits Booking|SeatBooking measure=count; maximum~seats",
            "actions Booking|SeatBooking name=cancel; roles=passenger",
        ),
    ),
    (
        "Order picking: an order has a customer, an order number (unique and consecutive) and items. An "
        "item has a product, a"
        " quantity and a picked flag. The order number is assigned automatically. Orders are new, picking,"
        " packed, shipped.",
        (
            "derivations Order field=order_number; kind=sequence",
            "state_machines Order states=new,picking,packed,shipped; initial=new",
            "actions Order name=pack; target=packed",
            "actions Order name=ship; target=shipped",
        ),
    ),
    (
        "A recipe has a title, servings and a difficulty (easy, medium, hard). An ingredient belongs to a "
        "recipe and has a"
        " name, an amount and a unit. Users can search recipes by title and export them as CSV. Servings "
        "must be greater"
        " than 0. List the easy recipes.",
        (
            "searches Recipe fields=title",
            "exports Recipe format=csv",
            "fields Recipe name=servings; minimum=0|minimum=1",
            "listings Recipe where=difficulty eq =easy",
        ),
    ),
    (
        "A vacation request has an employee, a from date, a to date and a number of days. New requests are "
        "open. Managers can"
        " approve or reject open requests. An employee can withdraw a request as long as it is open. "
        "Employees may only see"
        " their own requests. Nobody may take more than 30 days per year.",
        (
            "actions VacationRequest|RequestRecord name=approve; sources=open; target=approved; "
            "roles=manager",
            "actions VacationRequest|RequestRecord name=withdraw; sources=open; target=withdrawn; "
            "roles=employee",
            "permissions VacationRequest|RequestRecord role=employee; operations~list; own~employee",
            "comparisons VacationRequest|RequestRecord condition~from",
        ),
    ),
    (
        "A playing field has a name. A match has a home team, an away team, a field, a kick-off time and a "
        "duration in"
        " minutes. There cannot be two matches on one field at the same time. The home team must be "
        "different from the away"
        " team.",
        ("overlaps Match within~field_id; duration_minutes~duration", "comparisons Match condition~ne"),
    ),
    (
        "A time slot has a doctor, a start and an end. Patients book slots. A slot is free, booked or "
        "blocked. A booked slot"
        " cannot be booked again. Receptionists block slots.",
        (
            "state_machines * states=free,booked,blocked; initial=free",
            "actions * name=book; sources=free; target=booked",
            "actions * name=block; target=blocked; roles=receptionist",
        ),
    ),
    (
        "A contract has a customer, a start date, a duration in months and a monthly fee. Contracts are "
        "active or terminated."
        " Show active contracts. Show the sum of monthly fees of active contracts.",
        (
            "actions Contract name=terminate; target=terminated",
            "listings Contract name=active; where=status eq =active",
            "reports Contract measure=monthly_fee; where~active",
        ),
    ),
    (
        "A film has a title and a running time in minutes. A screening has a film, a hall and a start time."
        " A hall has a name"
        " and a number of seats. Tickets have a screening, a seat and a price. The same seat of a screening"
        " cannot be sold"
        " twice. Show the number of tickets sold for each screening.",
        (
            "uniques Ticket fields=screening_id,seat|seat,screening_id",
            "reports Ticket measure=; group_by=screening_id; within=screening_id",
        ),
    ),
    (
        "A job applicant has a name and an e-mail. An application has an applicant, a position and a stage:"
        " applied,"
        " interview, offer, hired, rejected. Recruiters move applications to the next stage. A hired or "
        "rejected application"
        " is closed. Count applications by stage.",
        (
            "state_machines * field=stage; states=applied,interview,offer,hired,rejected; initial=applied",
            "actions * sources=applied; target=interview; roles=recruiter",
            "!actions * sources~hired",
            "reports * measure=; group_by=stage",
        ),
    ),
    (
        "Meter readings: a meter has a number (unique) and a location. A reading has a meter, a date and a "
        "value. There may be"
        " only one reading per meter and day. Values are at least 0.",
        (
            "uniques Reading|MeterReading fields=meter_id,date|date,meter_id",
            "fields Reading|MeterReading name=value; minimum=0",
        ),
    ),
    (
        "An order has a customer e-mail and a status. Orders are placed, paid, shipped or cancelled. Only "
        "paid orders can be"
        " shipped. A shipped order cannot be cancelled. Unpaid orders are cancelled automatically after 48 "
        "hours. List unpaid"
        " orders.",
        (
            "state_machines Order states=placed,paid,shipped,cancelled; initial=placed",
            "actions Order name=ship; sources=paid; target=shipped",
            "actions Order name=cancel; target=cancelled; sources=placed,paid",
            "expiries Order sources=placed; target=cancelled; minutes=2880",
            "listings Order name=unpaid",
        ),
    ),
    (
        "Nurses record vital signs. A vital sign has a patient name, a temperature between 30 and 45, a "
        "pulse and a time. If the"
        " temperature is above 39, the doctor is alerted. Doctors and nurses can read vital signs; only "
        "nurses can create them.",
        (
            "notices VitalSign condition=temperature gt =39",
            "permissions VitalSign role=nurse; operations~create",
            "permissions VitalSign role=doctor; operations~read",
            "fields VitalSign name=temperature; minimum=30; maximum=45",
        ),
    ),
    (
        "An hourly entry has an employee, a date, hours and a rate. The amount equals hours multiplied by "
        "rate. Locked months"
        " cannot be changed: accountants lock a month.",
        (
            "derivations * kind=product; operands=hours,rate",
            "period_locks * period=month; date_field=date",
            "permissions * role=accountant; operations~create",
        ),
    ),
)
