"""The example requirements, as users write them."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "01-tasks.txt": (
        "We need a small service to keep track of tasks. Each task has a title, an optional description,"
        " a due date and a status (open, in progress, done). Users can create, list, update and delete "
        "tasks, and filter them by status and due date. A done task cannot be reopened."
    ),
    "02-inventory.txt": (
        "The warehouse wants an inventory system. Products have a SKU (unique), a name, a unit price and"
        " a quantity in stock. Staff record deliveries and withdrawals; the stock may never fall below "
        "zero. When the stock of a product falls under its reorder level, a low-stock notice must be "
        "raised. Managers need a report of the total stock value."
    ),
    "03-room-booking.txt": (
        "Employees book meeting rooms. A room has a name, a floor and a capacity. A booking has a room, "
        "an organiser e-mail, a start and an end, and a number of attendees. Bookings of the same room "
        "must not overlap, the number of attendees must not exceed the capacity, and nobody can book in "
        "the past. Organisers can cancel their own bookings."
    ),
    "04-expenses.txt": (
        "Build an expense approval tool. An employee submits an expense with an amount, a currency, a "
        "category, a date and a receipt link. Expenses start as draft, are submitted, and are then "
        "approved or rejected by a manager with a comment. Amounts over 1000 need a second approval by "
        "finance. Reports show totals by category and month."
    ),
    "05-invoices.json": (
        '{"title": "Invoicing", "description": "Freelancers create invoices for their customers.", '
        '"requirements": ["A customer has a name, an e-mail and a tax number.", "An invoice belongs to '
        'one customer and has a number (unique, ascending), an issue date, a due date and lines.", "A '
        "line has a text, a quantity, a unit price and a tax rate; the invoice total is derived from its"
        ' lines.", "An invoice is draft, sent, paid or void. Only drafts can be changed.", "List overdue'
        ' invoices."], "non_functional": ["Responses within 300 ms", "All amounts exact to two '
        'decimals"]}'
    ),
    "06-clinic.txt": (
        "A clinic schedules appointments. Patients have a name, a date of birth and a phone number. "
        "Doctors have a name and a speciality. An appointment connects a patient and a doctor at a time "
        "and lasts 15, 30 or 60 minutes. A doctor cannot have two appointments at once. Receptionists "
        "can create, move and cancel appointments; a cancelled appointment keeps its record. Patients "
        "can only see their own appointments."
    ),
    "07-user-stories.txt": (
        "As a librarian, I want to add books with title, author, ISBN and number of copies, so that "
        "members can find them.\n"
        "As a member, I want to search books by title or author, so that I find "
        "what I want to read.\n"
        "As a member, I want to borrow a book if a copy is available, so that I can"
        " take it home for 21 days.\n"
        "As a librarian, I want to see overdue loans, so that I can remind "
        "members.\n"
        "As a member, I want to return a book, so that others can borrow it."
    ),
    "08-restaurant.txt": (
        "Our restaurant takes orders at the table with tablets. The menu has dishes with a name, a "
        "price, a category and allergens. A waiter opens an order for a table, adds dishes with "
        "quantities and notes, and sends it to the kitchen. The kitchen marks dishes as ready. The bill "
        "adds up the dishes and can be split by guest. A sent order cannot be changed, only extended."
    ),
    "09-crm.json": (
        '{"summary": "Sales pipeline", "entities": {"company": ["name", "website", "industry"], '
        '"contact": ["name", "email", "phone", "company"], "deal": ["title", "value", "stage", '
        '"company", "expected close date"]}, "stages": ["lead", "qualified", "proposal", "won", "lost"],'
        ' "operations": ["create, read, update and delete each entity", "move a deal to the next stage; '
        'a won or lost deal is closed", "sum of open deal values by stage", "search contacts by name or '
        'email"], "constraints": ["email is unique", "value is not negative"]}'
    ),
    "10-fleet.txt": (
        "We run a fleet of delivery vans. Each van has a number plate, a mileage and a next service "
        "date. Drivers start and end trips with the odometer reading; the end reading must be greater "
        "than the start reading. A van that is due for service cannot start a trip. Show for each van "
        "the kilometres of the last 30 days, and export trips as CSV."
    ),
    "11-timesheets.txt": (
        "People log their working hours against projects. An entry has a person, a project, a date, "
        "hours (0.25 to 12 in quarter hours) and a note. No more than 12 hours per person and day. A "
        "project has a name, a customer and a budget in hours; warn at 80 % of the budget. Team leads "
        "lock a week, after which its entries cannot be changed."
    ),
    "12-support.txt": (
        "Customers open support tickets by e-mail address with a subject and a message. Tickets get a "
        "priority (low, normal, high, urgent) and are assigned to agents. Agents reply; customers can "
        "reply too, which reopens a solved ticket. Urgent tickets must get a first answer within one "
        "hour, others within a day: list the tickets that breach this. Closed tickets are read-only."
    ),
    "13-vague.txt": ("Make our company more efficient with AI."),
    "14-events.txt": (
        "A conference sells tickets. An event has a title, a venue, a date and a limited number of "
        "seats. Ticket types have a name, a price and a quota. A visitor reserves tickets, which are "
        "held for 10 minutes, and then pays; unpaid reservations expire. Never sell more than the seats "
        "or the quota. Visitors can transfer a ticket to another e-mail address once. At the door each "
        "ticket code is accepted one time only."
    ),
    "15-contradiction.txt": (
        "Store members with a name and an e-mail address. The e-mail address is required and unique. "
        "Members may register without an e-mail address. Delete members after one year without a login."
    ),
    "16-out-of-scope.txt": (
        "Create a 3D racing game with online multiplayer and realistic physics for consoles."
    ),
}
