"""Which tests a criterion of each kind asks for."""

from __future__ import annotations

from collections.abc import Mapping

from streams.agents.testing_engineer import check_fields, check_finding, check_records
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
}
