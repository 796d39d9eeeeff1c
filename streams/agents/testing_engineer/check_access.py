"""Tests of who may do what, and to whose records."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemas.specification import Criterion, Permission
from streams.agents.testing_engineer import judging
from streams.agents.testing_engineer.access import forbidden_roles
from streams.agents.testing_engineer.asserting import expected, lists, path_of, reads_as, refused
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint, snake
from streams.agents.testing_engineer.check_records import other_values
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Call, Node, collection_path, dictionary, item_path
from streams.agents.testing_engineer.solving import CannotSatisfyError
from streams.agents.testing_engineer.stepping import ready
from streams.agents.testing_engineer.values import Record, Value, quoted

_STRANGER = "stranger@example.com"


def permission(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """The role may, for its own records where it says so; roles that no rule names may not."""
    rule = next((one for one in blueprint.specification.permissions if one.id == criterion.target), None)
    if rule is None:
        return
    for operation in rule.operations:
        name = f"{snake(operation)}_as_{rule.role}"
        yield Attempt(name, "allowed", _allowed(rule, operation))
        yield Attempt(
            f"{name}_not_others",
            "403 for roles that may not, and nothing is changed",
            _forbidden(rule, operation),
        )
        if rule.own:
            yield Attempt(
                f"{name}_not_of_others", "refused for a record of someone else", _foreign(rule, operation)
            )


class Request:
    """One operation on a record, as a role and a person.

    Attributes:
        record: what it is done to; for a create, what is to be created.
        method: of HTTP.
        path: source of the path.
        body: what is sent, None for nothing.
    """

    def __init__(self, scenario: Scenario, rule: Permission, operation: str) -> None:
        self.scenario = scenario
        self.operation = operation
        self.body: Node | None = None
        self.values: dict[str, Value] = {}
        if operation == "create":
            self.record = scenario.plan(rule.entity)
            scenario.supply_on_create(self.record)
            self.values = scenario.body(self.record)
            self.method, self.path, self.body = "post", collection_path(self.record), dictionary(self.values)
            return
        action = next(iter(scenario.blueprint.actions(rule.entity, operation)), None)
        self.record = ready(scenario, action) if action else scenario.create(rule.entity)
        self.method, self.path = _METHODS.get(operation, "post"), item_path(self.record)
        if operation == "list":
            self.path = collection_path(self.record)
        elif operation == "update":
            self.values = other_values(scenario, self.record)
            own = rule.own.split(".")[0]
            self.values = {name: value for name, value in self.values.items() if name != own}
            self.body = dictionary(self.values)
        elif action is not None:
            self.path = item_path(self.record, "/" + operation)
            self.values = scenario.inputs(action, self.record) if action.inputs else {}
            self.body = dictionary(self.values)

    def must_be_accepted(self) -> None:
        """Raises CannotSatisfyError where something else than the role refuses it."""
        world = self.scenario.world
        if self.operation == "create":
            self.scenario.must(judging.of_create(world, self.record))
        elif self.operation == "update":
            if not self.values:
                raise CannotSatisfyError("nothing can be changed")
            self.scenario.must(judging.of_change(world, self.record, self.values))
        elif self.operation == "delete":
            self.scenario.must(judging.of_delete(world, self.record))
        elif self.operation not in _METHODS:
            self.scenario.must(judging.of_action(world, self.record, self.operation, self.values))

    def owner(self, rule: Permission) -> str:
        """The person whose record it is."""
        if not rule.own:
            return ""
        found = self.scenario.reading.value(self.record, rule.own)
        if isinstance(found, Record):
            return f"str({found.variable}['id'])"
        if not isinstance(found, str):
            raise CannotSatisfyError(f"{rule.own} names no person")
        return quoted(found)


_METHODS = {"read": "get", "list": "get", "update": "patch", "delete": "delete", "create": "post"}


def _allowed(rule: Permission, operation: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        request = Request(scenario, rule, operation)
        request.must_be_accepted()
        headers = [f"role={quoted(rule.role)}"]
        if rule.own:
            headers.append(f"user={request.owner(rule)}")
        if operation == "list":
            listed = Call(
                "lists", ("client", request.path, "{}", f'[{request.record.variable}["id"]]', *headers)
            )
            scenario.script.check("", listed)
            return
        step = {"create": "create", "read": "read", "update": "change", "delete": "remove"}.get(
            operation, "act"
        )
        body = (request.body,) if request.body is not None else ()
        if operation == "read":
            scenario.script.write(
                f"{request.record.variable} = ", Call(step, ("client", request.path, *headers))
            )
            scenario.script.check(f"assert {request.record.variable} == ", expected(scenario, request.record))
            return
        scenario.script.check("", Call(step, ("client", request.path, *body, *headers)))

    return build


def _forbidden(rule: Permission, operation: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        request = Request(scenario, rule, operation)
        for role in (*forbidden_roles(scenario.specification, rule.entity, operation), "no_such_role"):
            refused(scenario, request.method, request.path, request.body, 403, role=role)
        if operation == "create":
            lists(scenario, path_of(request.record.entity), {}, [])
        else:
            reads_as(scenario, request.record)

    return build


def _foreign(rule: Permission, operation: str) -> Callable[[Scenario], None]:
    def build(scenario: Scenario) -> None:
        request = Request(scenario, rule, operation)
        role = quoted(rule.role)
        if operation == "list":
            arguments = ("client", request.path, "{}", "[]", f"role={role}", f"user={quoted(_STRANGER)}")
            scenario.script.check("", Call("lists", arguments))
            return
        status = 404 if operation == "read" else 403
        refused(scenario, request.method, request.path, request.body, status, role=rule.role, user=_STRANGER)
        if operation == "create":
            lists(scenario, path_of(request.record.entity), {}, [])
        else:
            reads_as(scenario, request.record)

    return build
