"""Business rules, one frozen record for each kind; `id` is what stories and tests refer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from schemas.specification.condition import Condition

RuleId = Annotated[str, Doc("kebab-case, unique in the specification")]
OfEntity = Annotated[str, Doc("Name of the entity that the rule is about")]
Message = Annotated[str, Doc("What the user is told when the rule refuses, one sentence")]
WriteOperation = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMachine:
    """An entity's life cycle. Changes happen by actions; a PATCH or PUT of the field is allowed
    where an action without inputs leads from the old to the new state, and otherwise gets 409."""

    id: RuleId
    entity: OfEntity
    field: Annotated[str, Doc("The choice field that holds the state")]
    states: Annotated[tuple[str, ...], Doc("All states, in order")]
    initial: Annotated[str, Doc("State of a create that names none")]
    creatable: Annotated[tuple[str, ...], Doc("States that a create may name; others get 409")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A field that is set when something happens: `reply -> ticket.status = open`."""

    id: RuleId
    entity: OfEntity
    on: Annotated[str, Doc("'create', or the name of an action of the entity")]
    when: Annotated[tuple[Condition, ...], Doc("Conditions on the record, all must hold")] = ()
    via: Annotated[str, Doc("Reference to the record that changes, '' for the record itself")] = ""
    only_if: Annotated[tuple[Condition, ...], Doc("Conditions on the record that changes")] = ()
    field: Annotated[str, Doc("Field that is set")]
    value: Annotated[str, Doc("Operand as in a condition ('now', 'end_odometer', '=open')")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """`POST /{plural}/{id}/{name}`; several actions of one name are tried in order, the first whose
    sources and guards hold is done; none: 409."""

    id: RuleId
    entity: OfEntity
    name: Annotated[str, Doc("kebab-case verb, the last part of the path")]
    label: Annotated[str, Doc("What a person reads, for example 'Approve'")]
    sources: Annotated[tuple[str, ...], Doc("States it starts from, empty for any")] = ()
    target: Annotated[str, Doc("State it leads to, '' to keep the state")] = ""
    guards: Annotated[tuple[Condition, ...], Doc("All must hold, or 409")] = ()
    inputs: Annotated[tuple[str, ...], Doc("Fields set from the JSON body")] = ()
    required_inputs: Annotated[tuple[str, ...], Doc("Those of the inputs without which: 422")] = ()
    roles: Annotated[tuple[str, ...], Doc("Roles that may, empty for all")] = ()
    at_most: Annotated[int, Doc("How often for one record, 0 for any number; more gets 409")] = 0
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Writes refused (409) while the record, or its parent, is in one of these states."""

    id: RuleId
    entity: OfEntity
    via: Annotated[str, Doc("Reference to the record whose state counts, '' for its own")] = ""
    states: Annotated[tuple[str, ...], Doc("States in which the writes are refused")]
    refused: Annotated[tuple[WriteOperation, ...], Doc("Writes refused in these states")]
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLock:
    """Writes refused (409) where a record of another entity locks the period of the date."""

    id: RuleId
    entity: OfEntity
    date_field: Annotated[str, Doc("Date of the record")]
    period: Annotated[Literal["day", "week", "month"], Doc("Length of the locked period")]
    lock_entity: Annotated[str, Doc("Entity whose records lock a period")]
    lock_date_field: Annotated[str, Doc("Any date in the locked period")]
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Must hold on every create, and on every update that touches one of its fields; else 422."""

    id: RuleId
    entity: OfEntity
    condition: Annotated[Condition, Doc("What must hold")]
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOverlap:
    """Half-open intervals [start, end) of the same resource must not intersect; else 409."""

    id: RuleId
    entity: OfEntity
    within: Annotated[tuple[str, ...], Doc("Fields that name the resource, for example room_id")]
    start: Annotated[str, Doc("Start field, date or datetime")]
    end: Annotated[str, Doc("End field, '' where a duration gives it")] = ""
    duration_minutes: Annotated[str, Doc("Field with the length in minutes, '' where end is")] = ""
    ignoring_states: Annotated[tuple[str, ...], Doc("States that do not count, as cancelled")] = ()
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A create (or an action) adds to or takes from a number on another record; below the floor: 409."""

    id: RuleId
    entity: OfEntity
    on: Annotated[str, Doc("'create', or the name of an action of the entity")] = "create"
    via: Annotated[str, Doc("Reference to the record that changes")]
    target: Annotated[str, Doc("Number field that changes")]
    amount: Annotated[str, Doc("Field with the amount, or a literal '=1'")]
    sign: Annotated[int, Doc("1 adds, -1 takes")]
    when: Annotated[tuple[Condition, ...], Doc("Conditions on the record, all must hold")] = ()
    floor: Annotated[str, Doc("Smallest value left as decimal text, '' for none")] = ""
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The count, or the sum of a field, over records of one group stays within a maximum; else 409."""

    id: RuleId
    entity: OfEntity
    measure: Annotated[str, Doc("'count' or the number field that is summed")]
    group_by: Annotated[tuple[str, ...], Doc("Fields or paths that make the group")]
    maximum: Annotated[str, Doc("Operand: a literal '=12' or a path 'ticket_type_id.quota'")]
    ignoring_states: Annotated[tuple[str, ...], Doc("States that do not count")] = ()
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of a table that a derivation looks up."""

    value: Annotated[str, Doc("Value of the field that chooses")]
    amount: Annotated[str, Doc("Amount for it as decimal text")]


DerivationKind = Literal[
    "sum_of_children",
    "count_of_children",
    "product",
    "sum",
    "difference",
    "offset",
    "sequence",
    "copy",
    "code",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A field that the service computes.

    sum_of_children: sum of `operands[0]` over records of `child` whose `via` is this record.
    count_of_children: their number. product: operands multiplied, and each of `percents` p gives a
    factor (1 + p/100). sum: operands added. difference: operands[0] - operands[1]. offset:
    operands[0] (date or datetime) plus `amount` (an operand) in `unit`; where `case_field` is set,
    the amount is looked up in `cases`. sequence: 1, 2, 3 ... in order of creation. copy: the path
    operands[0] at creation. code: an unguessable unique code.
    """

    id: RuleId
    entity: OfEntity
    field: Annotated[str, Doc("Read-only field that gets the value")]
    kind: Annotated[DerivationKind, Doc("How it is computed")]
    operands: Annotated[tuple[str, ...], Doc("Fields or paths, see the kinds")] = ()
    percents: Annotated[tuple[str, ...], Doc("Fields with a percentage added, as a tax rate")] = ()
    child: Annotated[str, Doc("Child entity, '' where none")] = ""
    via: Annotated[str, Doc("The child's reference to this entity, '' where none")] = ""
    where: Annotated[tuple[Condition, ...], Doc("Children that count")] = ()
    amount: Annotated[str, Doc("Operand of an offset, for example '=21'")] = ""
    unit: Annotated[Literal["", "minutes", "hours", "days"], Doc("Unit of the offset")] = ""
    case_field: Annotated[str, Doc("Field that chooses among the cases, '' for none")] = ""
    cases: Annotated[tuple[Case, ...], Doc("Amount for each value of the case field")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Raised once when the condition begins to hold after a write; read at `GET /notifications`."""

    id: RuleId
    entity: OfEntity
    condition: Annotated[Condition, Doc("When it is raised")]
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """A record that stays too long in a state goes to another by itself (seen on every access)."""

    id: RuleId
    entity: OfEntity
    sources: Annotated[tuple[str, ...], Doc("States that expire")]
    target: Annotated[str, Doc("State after it")]
    start: Annotated[str, Doc("Datetime field from which the time counts, as created_at")]
    minutes: Annotated[int, Doc("Time allowed in minutes")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """No two records agree in all of these fields; else 409."""

    id: RuleId
    entity: OfEntity
    fields: Annotated[tuple[str, ...], Doc("Two or more fields")]
    ignoring_states: Annotated[tuple[str, ...], Doc("States that do not count")] = ()
    message: Message = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a role may do. An operation that any permission names is refused (403) to every other
    known role. Enforced where the request names a role (header X-Role; X-User names the person)."""

    id: RuleId
    role: Annotated[str, Doc("Role that may")]
    entity: OfEntity
    operations: Annotated[tuple[str, ...], Doc("create, read, list, update, delete or names of actions")]
    own: Annotated[
        str, Doc("Field or path that must equal X-User for this role; '' where all records count")
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`GET /reports/{name}` -> {"rows": [{<group>: value, "total": n}], "total": n}; any field of the
    entity filters it; with `within`, `GET /{parent plural}/{id}/{name}` gives it for one parent."""

    id: RuleId
    name: Annotated[str, Doc("kebab-case, the last part of the path")]
    label: Annotated[str, Doc("What a person reads")]
    entity: OfEntity
    measure: Annotated[tuple[str, ...], Doc("Fields multiplied and then summed; empty counts records")] = ()
    group_by: Annotated[
        tuple[str, ...], Doc("Fields or paths; 'month:date' and 'day:date' cut a date; empty: one total")
    ] = ()
    where: Annotated[tuple[Condition, ...], Doc("Records that count")] = ()
    within: Annotated[str, Doc("Reference to the parent it can be asked for, '' for none")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`GET /{plural}/{name}`: a named list, as overdue invoices; the answer is that of a list."""

    id: RuleId
    name: Annotated[str, Doc("kebab-case, the last part of the path")]
    label: Annotated[str, Doc("What a person reads")]
    entity: OfEntity
    where: Annotated[tuple[Condition, ...], Doc("Records that it shows")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """`GET /{plural}/export.csv`: all records with a header row; list filters apply."""

    id: RuleId
    entity: OfEntity
    format: Annotated[Literal["csv"], Doc("Format of the file")] = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """`GET /{plural}?q=text`: records where one of the fields contains the text, any case."""

    id: RuleId
    entity: OfEntity
    fields: Annotated[tuple[str, ...], Doc("Text fields that are searched")]
