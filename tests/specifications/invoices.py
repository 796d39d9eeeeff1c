"""Invoices with lines, derived totals, ascending numbers and locks through the parent."""

from __future__ import annotations

from schemas.specification import (
    Action,
    Comparison,
    Derivation,
    Listing,
    Lock,
    Report,
    Search,
    Specification,
    StateMachine,
)
from tests.specifications.writing import choice, computed, entity, finished, needed, refers, when


def invoices() -> Specification:
    """Freelancers' invoices."""
    customer = entity(
        "Customer",
        "customers",
        "Customer",
        needed("name"),
        needed("email", "email", unique=True),
        needed("tax_number", max_length=20),
    )
    invoice = entity(
        "Invoice",
        "invoices",
        "Invoice",
        refers("customer_id", "Customer"),
        computed("number", "integer"),
        needed("issue_date", "date", default="today"),
        needed("due_date", "date"),
        choice("status", "draft", "sent", "paid", "void", default="draft"),
        computed("total", "money"),
        computed("line_count", "integer"),
        computed("customer_name"),
    )
    line = entity(
        "InvoiceLine",
        "invoice-lines",
        "Invoice line",
        refers("invoice_id", "Invoice"),
        needed("text"),
        needed("quantity", "decimal", minimum="0", exclusive_minimum=True),
        needed("unit_price", "money", minimum="0"),
        needed("tax_rate", "decimal", minimum="0", maximum="100"),
        computed("net", "money"),
        computed("gross", "money"),
        computed("tax", "money"),
        parent="invoice_id",
    )
    return finished(
        Specification(
            name="Invoicing",
            package="invoicing",
            summary="Freelancers create invoices for their customers.",
            entities=(customer, invoice, line),
            state_machines=(
                StateMachine(
                    id="invoice-status",
                    entity="Invoice",
                    field="status",
                    states=("draft", "sent", "paid", "void"),
                    initial="draft",
                ),
            ),
            actions=(
                Action(
                    id="invoice-send",
                    entity="Invoice",
                    name="send",
                    label="Send",
                    sources=("draft",),
                    target="sent",
                    guards=(when("total", "gt", "=0"),),
                    message="An empty invoice is not sent",
                ),
                Action(
                    id="invoice-pay",
                    entity="Invoice",
                    name="pay",
                    label="Pay",
                    sources=("sent",),
                    target="paid",
                ),
                Action(
                    id="invoice-void",
                    entity="Invoice",
                    name="void",
                    label="Void",
                    sources=("draft", "sent"),
                    target="void",
                ),
            ),
            locks=(
                Lock(
                    id="invoice-fixed",
                    entity="Invoice",
                    states=("sent", "paid", "void"),
                    refused=("update", "delete"),
                    message="Only drafts can be changed",
                ),
                Lock(
                    id="lines-fixed",
                    entity="InvoiceLine",
                    via="invoice_id",
                    states=("sent", "paid", "void"),
                    refused=("create", "update", "delete"),
                    message="Only drafts can be changed",
                ),
            ),
            comparisons=(
                Comparison(
                    id="due-after-issue", entity="Invoice", condition=when("due_date", "ge", "issue_date")
                ),
            ),
            derivations=(
                Derivation(id="invoice-number", entity="Invoice", field="number", kind="sequence"),
                Derivation(
                    id="line-net",
                    entity="InvoiceLine",
                    field="net",
                    kind="product",
                    operands=("quantity", "unit_price"),
                ),
                Derivation(
                    id="line-gross",
                    entity="InvoiceLine",
                    field="gross",
                    kind="product",
                    operands=("quantity", "unit_price"),
                    percents=("tax_rate",),
                ),
                Derivation(
                    id="line-tax",
                    entity="InvoiceLine",
                    field="tax",
                    kind="difference",
                    operands=("gross", "net"),
                ),
                Derivation(
                    id="invoice-total",
                    entity="Invoice",
                    field="total",
                    kind="sum_of_children",
                    operands=("gross",),
                    child="InvoiceLine",
                    via="invoice_id",
                ),
                Derivation(
                    id="invoice-lines",
                    entity="Invoice",
                    field="line_count",
                    kind="count_of_children",
                    child="InvoiceLine",
                    via="invoice_id",
                ),
                Derivation(
                    id="invoice-customer",
                    entity="Invoice",
                    field="customer_name",
                    kind="copy",
                    operands=("customer_id.name",),
                ),
            ),
            listings=(
                Listing(
                    id="overdue-invoices",
                    name="overdue",
                    label="Overdue invoices",
                    entity="Invoice",
                    where=(when("status", "eq", "=sent"), when("due_date", "lt", "today")),
                ),
            ),
            reports=(
                Report(
                    id="revenue",
                    name="revenue",
                    label="Revenue",
                    entity="Invoice",
                    measure=("total",),
                    group_by=("customer_id.name",),
                    where=(when("status", "ne", "=void"),),
                    within="customer_id",
                ),
            ),
            searches=(Search(id="customer-search", entity="Customer", fields=("name", "email")),),
        )
    )
