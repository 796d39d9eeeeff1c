"""Writes what a test must see: whole records, refusals, lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.specification import Entity
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import (
    Braces,
    Call,
    Compared,
    Named,
    Node,
    collection_path,
    dictionary,
    item_path,
    listing,
)
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.values import Record, Unknown, Value, literal, quoted


def expected(scenario: Scenario, record: Record) -> Braces:
    """Source of the whole record as the service must show it now."""
    names = [field.name for field in record.entity.fields]
    items = [("id", f'{record.variable}["id"]')]
    for name in (*names, "created_at", "updated_at"):
        value = scenario.reading.value(record, name)
        unknown = isinstance(value, Unknown)
        items.append((name, f'{record.variable}["{name}"]' if unknown else literal(value)))
    return Braces(tuple(items))


def seen(scenario: Scenario, record: Record) -> None:
    """The variable of the record, just assigned from an answer, holds the whole record."""
    scenario.script.check(f"assert {record.variable} == ", expected(scenario, record))


def reads_as(scenario: Scenario, record: Record) -> None:
    """Reads the record again and compares all of it."""
    scenario.script.write(f"{record.variable} = ", Call("read", ("client", item_path(record))))
    seen(scenario, record)


def has(scenario: Scenario, record: Record, *names: str) -> None:
    """Reads the record again and compares some fields."""
    for name in names:
        value = scenario.reading.value(record, name)
        if isinstance(value, Unknown):
            raise CannotSatisfyError(f"{name} is not known")
        same = "is" if value is None or isinstance(value, bool) else "=="
        found = f'read(client, {item_path(record)})["{name}"]'
        scenario.script.check("assert ", Compared(found, same, literal(value)))


def shown(scenario: Scenario, record: Record, name: str) -> Compared:
    """That the record's last answer has the field's value."""
    value = scenario.reading.value(record, name)
    same = "is" if value is None or isinstance(value, bool) else "=="
    return Compared(f'{record.variable}["{name}"]', same, literal(value))


def refused(
    scenario: Scenario,
    method: str,
    path: str,
    body: Node | None,
    status: int,
    *,
    field: str = "",
    message: str = "",
    role: str = "",
    user: str = "",
    content: str = "",
) -> None:
    """Sends a request that must be refused."""
    sent: list[Node] = [path]
    if body is not None:
        sent.append(Named("json", body))
    headers = tuple((name, quoted(text)) for name, text in (("X-Role", role), ("X-User", user)) if text)
    if headers:
        sent.append(Named("headers", Braces(headers)))
    request = Call(f"client.{method}", tuple(sent))
    if content:
        request = Call("send", ("client", quoted(method), path, quoted(content)))
    arguments: list[Node] = [request, str(status)]
    if field:
        arguments.append(f"field={quoted(field)}")
    if message:
        arguments.append(f"message={quoted(message)}")
    scenario.script.check("", Call("refused", tuple(arguments)))


def create_refused(
    scenario: Scenario,
    record: Record,
    body: Mapping[str, Value],
    status: int,
    *,
    rule: str = "",
    field: str = "",
    message: str = "",
) -> None:
    """A create that must be refused; where a rule is named, by that rule first.

    Raises:
        CannotSatisfyError: the tester's own judgement is another.
    """
    if rule:
        judged(list(judging.of_create(scenario.world, record)), status, rule)
    refused(scenario, "post", collection_path(record), dictionary(body), status, field=field, message=message)


def judged(refusals: Sequence[judging.Refusal], status: int, rule: str) -> None:
    """Makes sure that just this rule refuses, so that the test fails where the service lacks it.

    Raises:
        CannotSatisfyError: it does not, or another rule refuses too.
    """
    if not refusals or any(one != judging.Refusal(status, rule) for one in refusals):
        raise CannotSatisfyError(f"{rule} is not what refuses: {[one.rule for one in refusals]}")


def change(scenario: Scenario, record: Record, values: Mapping[str, Value]) -> None:
    """An update that must be accepted.

    Raises:
        CannotSatisfyError: a rule refuses it.
    """
    scenario.must(judging.of_change(scenario.world, record, values))
    call = Call("change", ("client", item_path(record), dictionary(values)))
    scenario.script.write(f"{record.variable} = ", call)
    scenario.world.changed(record, values)


def change_refused(
    scenario: Scenario,
    record: Record,
    values: Mapping[str, Value],
    status: int,
    *,
    rule: str,
    message: str = "",
) -> None:
    """An update that one rule alone must refuse.

    Raises:
        CannotSatisfyError: the tester's own judgement is another.
    """
    judged(list(judging.of_change(scenario.world, record, values)), status, rule)
    refused(scenario, "patch", item_path(record), dictionary(values), status, message=message)


def remove(scenario: Scenario, record: Record) -> None:
    """A delete that must be accepted.

    Raises:
        CannotSatisfyError: a rule refuses it.
    """
    scenario.must(judging.of_delete(scenario.world, record))
    scenario.script.check("", Call("remove", ("client", item_path(record))))
    scenario.world.removed(record)


def lists(
    scenario: Scenario, path: str, query: Mapping[str, Value] | Braces, shown: Sequence[Record]
) -> None:
    """A list that must show just these records, in this order."""
    asked = query if isinstance(query, Braces) else dictionary(query)
    ids = listing([f'{record.variable}["id"]' for record in shown])
    scenario.script.check("", Call("lists", ("client", quoted(path), asked, ids)))


def path_of(entity: Entity) -> str:
    """Path of the entity's collection."""
    return f"/{entity.plural}"
