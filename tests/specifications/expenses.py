"""Expenses with two-stage approval, locks, roles and totals."""

from __future__ import annotations

from schemas.specification import (
    Action,
    Effect,
    Export,
    Lock,
    Permission,
    Report,
    Specification,
    StateMachine,
)
from tests.specifications.writing import choice, computed, entity, field, finished, needed, when


def expenses() -> Specification:
    """Approve has two rules: small amounts are done at once, large ones go to finance."""
    states = ("draft", "submitted", "awaiting_finance", "approved", "rejected")
    expense = entity(
        "Expense",
        "expenses",
        "Expense",
        needed("employee_email", "email"),
        needed("amount", "money", minimum="0", exclusive_minimum=True),
        choice("currency", "eur", "usd", "gbp", default="eur"),
        choice("category", "travel", "meals", "office", required=True),
        needed("date", "date"),
        field("receipt_link", "url"),
        choice("status", *states, default="draft"),
        field("comment", "long_text"),
        computed("decided_at", "datetime"),
    )
    return finished(
        Specification(
            name="Expense approval",
            package="expense_approval",
            summary="Employees hand in expenses, managers and finance approve them.",
            entities=(expense,),
            roles=("employee", "manager", "finance"),
            state_machines=(
                StateMachine(
                    id="expense-status",
                    entity="Expense",
                    field="status",
                    states=states,
                    initial="draft",
                    creatable=("draft",),
                ),
            ),
            actions=(
                Action(
                    id="expense-submit",
                    entity="Expense",
                    name="submit",
                    label="Submit",
                    sources=("draft",),
                    target="submitted",
                ),
                Action(
                    id="expense-approve",
                    entity="Expense",
                    name="approve",
                    label="Approve",
                    sources=("submitted",),
                    target="approved",
                    guards=(when("amount", "le", "=1000"),),
                    inputs=("comment",),
                    roles=("manager",),
                ),
                Action(
                    id="expense-approve-large",
                    entity="Expense",
                    name="approve",
                    label="Approve",
                    sources=("submitted",),
                    target="awaiting_finance",
                    guards=(when("amount", "gt", "=1000"),),
                    inputs=("comment",),
                    roles=("manager",),
                ),
                Action(
                    id="expense-approve-finance",
                    entity="Expense",
                    name="approve-finally",
                    label="Approve finally",
                    sources=("awaiting_finance",),
                    target="approved",
                    inputs=("comment",),
                    roles=("finance",),
                ),
                Action(
                    id="expense-reject",
                    entity="Expense",
                    name="reject",
                    label="Reject",
                    sources=("submitted", "awaiting_finance"),
                    target="rejected",
                    inputs=("comment",),
                    required_inputs=("comment",),
                    roles=("manager", "finance"),
                    message="Only submitted expenses can be rejected",
                ),
            ),
            effects=(
                Effect(
                    id="expense-approved-at",
                    entity="Expense",
                    on="approve",
                    when=(when("status", "eq", "=approved"),),
                    field="decided_at",
                    value="now",
                ),
                Effect(
                    id="expense-rejected-at", entity="Expense", on="reject", field="decided_at", value="now"
                ),
            ),
            locks=(
                Lock(
                    id="expense-decided",
                    entity="Expense",
                    states=("approved", "rejected"),
                    refused=("update", "delete"),
                    message="A decided expense cannot be changed",
                ),
                Lock(
                    id="expense-under-way",
                    entity="Expense",
                    states=("submitted", "awaiting_finance"),
                    refused=("delete",),
                ),
            ),
            permissions=(
                Permission(
                    id="employee-own",
                    role="employee",
                    entity="Expense",
                    operations=("create", "read", "list", "update", "submit"),
                    own="employee_email",
                ),
                Permission(
                    id="manager-reads",
                    role="manager",
                    entity="Expense",
                    operations=("read", "list", "approve", "reject"),
                ),
                Permission(
                    id="finance-reads",
                    role="finance",
                    entity="Expense",
                    operations=("read", "list", "approve-finally", "reject"),
                ),
            ),
            reports=(
                Report(
                    id="expense-totals",
                    name="totals",
                    label="Totals by category and month",
                    entity="Expense",
                    measure=("amount",),
                    group_by=("category", "month:date"),
                ),
            ),
            exports=(Export(id="expense-export", entity="Expense"),),
        )
    )
