"""A condition over one record: the atom of guards, comparisons, listings and notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "is_null", "not_null"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`left operator right`.

    An operand is a field name; a path through references (`room_id.capacity`,
    `ticket_type_id.event_id.seats`); `now` or `today`, alone or with an offset in minutes or days
    (`now-60m`, `today+30d`); or, on the right and after `=`, a literal: `=1000`, `=paid`, and for
    `in` and `not_in` a list `=draft,sent`. An ordering with a null operand holds.
    """

    left: Annotated[str, Doc("Operand")]
    operator: Annotated[Operator, Doc("eq, ne, lt, le, gt, ge, in, not_in, is_null or not_null")]
    right: Annotated[str, Doc("Operand, '' for is_null and not_null")] = ""
    right_factor: Annotated[str, Doc("Multiplies the right side, '0.8' for 80 %; '' for none")] = ""
