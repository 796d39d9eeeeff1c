"""Library loans: copies that are lent and come back, due dates, overdue loans, support priorities."""

from __future__ import annotations

from schemas.specification import (
    Action,
    Adjustment,
    Case,
    Derivation,
    Effect,
    Listing,
    Permission,
    Search,
    Specification,
    StateMachine,
)
from tests.specifications.writing import choice, computed, entity, field, finished, needed, refers, when


def library() -> Specification:
    """Books, loans, and requests whose answer time depends on their urgency."""
    book = entity(
        "Book",
        "books",
        "Book",
        needed("title"),
        needed("author"),
        needed("isbn", unique=True, max_length=20),
        needed("copies", "integer", minimum="0"),
        computed("lent", "integer"),
        computed("available", "integer"),
    )
    loan = entity(
        "Loan",
        "loans",
        "Loan",
        refers("book_id", "Book"),
        needed("member_email", "email"),
        field("loan_date", "date", default="today"),
        computed("due_date", "date"),
        computed("returned_at", "datetime"),
        choice("status", "lent", "returned", default="lent"),
    )
    request = entity(
        "Request",
        "requests",
        "Request",
        refers("loan_id", "Loan"),
        choice("urgency", "low", "urgent", default="low"),
        needed("message", "long_text"),
        computed("answer_by", "datetime"),
        parent="loan_id",
    )
    return finished(
        Specification(
            name="Library loans",
            package="library_loans",
            summary="Members borrow books.",
            entities=(book, loan, request),
            roles=("librarian", "member"),
            state_machines=(
                StateMachine(
                    id="loan-status",
                    entity="Loan",
                    field="status",
                    states=("lent", "returned"),
                    initial="lent",
                ),
            ),
            actions=(
                Action(
                    id="loan-return",
                    entity="Loan",
                    name="return",
                    label="Return",
                    sources=("lent",),
                    target="returned",
                ),
                Action(
                    id="loan-renew",
                    entity="Loan",
                    name="renew",
                    label="Renew",
                    sources=("lent",),
                    guards=(when("due_date", "ge", "today"),),
                    inputs=("loan_date",),
                    at_most=2,
                ),
            ),
            effects=(
                Effect(id="loan-returned-at", entity="Loan", on="return", field="returned_at", value="now"),
                Effect(
                    id="request-reopens",
                    entity="Request",
                    on="create",
                    via="loan_id",
                    field="status",
                    value="=lent",
                    when=(when("urgency", "eq", "=urgent"),),
                    only_if=(when("status", "eq", "=returned"),),
                ),
            ),
            adjustments=(
                Adjustment(
                    id="loan-takes-copy",
                    entity="Loan",
                    via="book_id",
                    target="copies",
                    amount="=1",
                    sign=-1,
                    floor="0",
                    message="No copy is available",
                ),
                Adjustment(
                    id="return-gives-copy",
                    entity="Loan",
                    on="return",
                    via="book_id",
                    target="copies",
                    amount="=1",
                    sign=1,
                ),
            ),
            derivations=(
                Derivation(
                    id="book-lent",
                    entity="Book",
                    field="lent",
                    kind="count_of_children",
                    child="Loan",
                    via="book_id",
                    where=(when("status", "eq", "=lent"),),
                ),
                Derivation(
                    id="book-available", entity="Book", field="available", kind="sum", operands=("copies",)
                ),
                Derivation(
                    id="loan-due",
                    entity="Loan",
                    field="due_date",
                    kind="offset",
                    operands=("loan_date",),
                    amount="=21",
                    unit="days",
                ),
                Derivation(
                    id="request-answer",
                    entity="Request",
                    field="answer_by",
                    kind="offset",
                    operands=("created_at",),
                    unit="hours",
                    case_field="urgency",
                    cases=(Case(value="low", amount="24"), Case(value="urgent", amount="1")),
                ),
            ),
            listings=(
                Listing(
                    id="overdue-loans",
                    name="overdue",
                    label="Overdue loans",
                    entity="Loan",
                    where=(when("due_date", "lt", "today"), when("status", "eq", "=lent")),
                ),
                Listing(
                    id="late-answers",
                    name="late",
                    label="Requests without an answer in time",
                    entity="Request",
                    where=(when("answer_by", "lt", "now"),),
                ),
            ),
            permissions=(
                Permission(
                    id="librarian-books",
                    role="librarian",
                    entity="Book",
                    operations=("create", "update", "delete"),
                ),
                Permission(
                    id="member-requests",
                    role="member",
                    entity="Request",
                    operations=("read", "list", "create"),
                    own="loan_id.member_email",
                ),
                Permission(
                    id="librarian-requests",
                    role="librarian",
                    entity="Request",
                    operations=("read", "list", "create", "update", "delete"),
                ),
            ),
            searches=(Search(id="book-search", entity="Book", fields=("title", "author")),),
        )
    )
