"""Which tests a criterion of each kind asks for."""

from __future__ import annotations

from collections.abc import Mapping

from streams.agents.testing_engineer import (
    check_access,
    check_adjustments,
    check_exports,
    check_fields,
    check_finding,
    check_lifecycle,
    check_limits,
    check_notices,
    check_overlaps,
    check_reactions,
    check_records,
    check_totals,
    check_values,
)
from streams.agents.testing_engineer.attempt import Check

CHECKS: Mapping[str, Check] = {
    "create": check_records.creating,
    "read": check_records.reading,
    "list": check_records.listing,
    "update": check_records.updating,
    "delete": check_records.deleting,
    "unknown": check_records.unknown,
    "required": check_fields.required,
    "field_bounds": check_fields.field_bounds,
    "unique": check_fields.unique,
    "reference": check_fields.reference,
    "filter": check_finding.filtering,
    "search": check_finding.searching,
    "listing": check_finding.named_list,
    "export": check_exports.exporting,
    "state_machine": check_lifecycle.state_machine,
    "action": check_lifecycle.acting,
    "effect": check_reactions.effect,
    "expiry": check_reactions.expiry,
    "lock": check_reactions.lock,
    "period_lock": check_overlaps.period_lock,
    "no_overlap": check_overlaps.no_overlap,
    "comparison": check_values.comparison,
    "derivation": check_values.derivation,
    "limit": check_limits.limit,
    "adjustment": check_adjustments.adjustment,
    "permission": check_access.permission,
    "notice": check_notices.notice,
    "report": check_totals.report,
}
