"""All business rules of a requirement, found kind by kind."""

from __future__ import annotations

from streams.agents.business_analyzer import (
    entities,
    fallback_fields,
    rule_actions,
    rule_adjustments,
    rule_approvals,
    rule_bounds,
    rule_comparisons,
    rule_coverage,
    rule_dates,
    rule_deadlines,
    rule_derivations,
    rule_expiries,
    rule_full,
    rule_guards,
    rule_limits,
    rule_listings,
    rule_loans,
    rule_locks,
    rule_named_deeds,
    rule_notices,
    rule_numbering,
    rule_occupancy,
    rule_overlaps,
    rule_permissions,
    rule_replies,
    rule_reports,
    rule_states,
    rule_trips,
)
from streams.agents.business_analyzer.draft import Draft

# Processes come first, as they add entities that other rules speak of; access comes last: it names actions.
_FINDERS = (
    rule_dates.find,
    rule_loans.find,
    rule_trips.find,
    rule_replies.find,
    rule_adjustments.find,
    rule_locks.find_periods,
    rule_bounds.find,
    rule_states.find,
    rule_approvals.alone,
    rule_expiries.find,
    rule_replies.effects,
    rule_actions.find,
    rule_named_deeds.find,
    rule_locks.find,
    rule_derivations.find,
    rule_numbering.find,
    rule_deadlines.find,
    rule_guards.find,
    rule_comparisons.find,
    rule_occupancy.find,
    rule_overlaps.find,
    rule_limits.find,
    rule_full.find,
    rule_notices.find,
    rule_listings.find,
    rule_listings.find_exports,
    rule_listings.find_searches,
    rule_reports.find,
    rule_permissions.find,
)


def find(draft: Draft) -> None:
    """Add the rules to the draft."""
    _find(draft)
    rule_coverage.ask(draft, _analysed)


def _analysed(draft: Draft) -> None:
    entities.collect(draft)
    fallback_fields.complete(draft)
    _find(draft)


def _find(draft: Draft) -> None:
    for finder in _FINDERS:
        finder(draft)
    _settle_names(draft)


def _settle_names(draft: Draft) -> None:
    """Take back the assumption that a record has only a name, where rules gave it data of its own."""
    known = {
        entity.label.lower()
        for entity in draft.entities
        if "name" in entity.fields and len(entity.fields) == 1
    }
    draft.assumptions = [
        question
        for question in draft.assumptions
        if question.assumption != "It has a name."
        or question.text.removeprefix("Which data belong to ")
        .removesuffix("?")
        .removeprefix("a ")
        .removeprefix("an ")
        in known
    ]
