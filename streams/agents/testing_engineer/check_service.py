"""Tests of the service as a whole: health, documents, the page, and answers to what it cannot know."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.specification import Criterion, Operation, Specification
from streams.agents.testing_engineer.attempt import Attempt
from streams.agents.testing_engineer.blueprint import Blueprint
from streams.agents.testing_engineer.scenario import Scenario
from streams.agents.testing_engineer.script import Call, Compared, Looped
from streams.agents.testing_engineer.values import quoted


def first_criterion(specification: Specification) -> Criterion | None:
    """What tests of the whole service trace to: the first record that can be created at all."""
    criteria = [criterion for story in specification.stories for criterion in story.criteria]
    return next((one for one in criteria if one.kind == "create"), criteria[0] if criteria else None)


def _declared(specification: Specification, operation: Operation) -> set[int]:
    """Statuses of errors that the operation gives for sure."""
    statuses = {422}
    if operation.method in ("POST", "PATCH", "PUT"):
        statuses.add(400)
    if "{id}" in operation.path:
        statuses.add(404)
    if operation.kind == "action":
        statuses.add(409)
    if specification.permissions:
        statuses.add(403)
    fields = [field for entity in specification.entities for field in entity.fields]
    parents = {entity.parent for entity in specification.entities}
    refers = any(one.references == operation.entity and one.name not in parents for one in fields)
    if operation.kind == "delete" and refers:
        statuses.add(409)
    return statuses


def service(blueprint: Blueprint, criterion: Criterion) -> Iterator[Attempt]:
    """The service answers, describes itself and shows its page."""
    specification = blueprint.specification
    plural = specification.entity(criterion.entity).plural

    def health(scenario: Scenario) -> None:
        scenario.script.check("assert ", 'accepted(client.get("/health")) == {"status": "ok"}')

    def documents(scenario: Scenario) -> None:
        scenario.script.write("document = ", 'accepted(client.get("/openapi.json"))')
        scenario.script.check("assert ", 'document["openapi"].startswith("3.1")')
        scenario.script.write("offered = ", "operations(document)")
        for operation in specification.operations:
            request = f"{operation.method} {operation.path}"
            found = f'offered["{operation.name}"]'
            scenario.script.check("assert ", Compared(found, "==", quoted(request)))
        scenario.script.check("assert ", 'client.get("/docs").status_code == 200')

    def errors(scenario: Scenario) -> None:
        scenario.script.write("errors = ", 'declared(accepted(client.get("/openapi.json")))')
        for operation in specification.operations:
            statuses = ", ".join(map(str, sorted(_declared(specification, operation))))
            found = f'errors["{operation.name}"]'
            scenario.script.check("assert ", Compared(f"{{{statuses}}}", "<=", found))

    def strict(scenario: Scenario) -> None:
        rule = specification.permissions[0]
        path = f"/{specification.entity(rule.entity).plural}"
        scenario.script.check("", f'refused(strict_client.get("{path}"), 403)')
        wrong = f'strict_client.get("{path}", headers={{"X-Role": "no_such_role"}})'
        scenario.script.check("", Call("refused", (wrong, "403")))

    def page(scenario: Scenario) -> None:
        scenario.script.write("answer = ", 'client.get("/")')
        scenario.script.check("assert ", "answer.status_code == 200")
        scenario.script.check("assert ", 'answer.headers["content-type"].startswith("text/html")')
        scenario.script.check("assert ", '"<html" in answer.text.lower()')

    def unknown(scenario: Scenario) -> None:
        scenario.script.write(
            "for path in ",
            Looped(
                (
                    '"/no-such-path"',
                    f'"/{plural}/1/no-such-step"',
                    '"/static/no-such-file.js"',
                    '"/static/..%2fapp.py"',
                )
            ),
        )
        scenario.script.check("    ", "refused(client.get(path), 404)")

    def hostile(scenario: Scenario) -> None:
        queries = (
            "limit=99999999999999999999999",
            "offset=99999999999999999999999",
            "sort=%00",
            "q=%00",
            "id=%00",
            "%00=%00",
        )
        scenario.script.write("for query in ", Looped(tuple(map(quoted, queries))))
        scenario.script.check("    assert ", f'client.get(f"/{plural}?{{query}}").status_code < 500')
        scenario.script.write(
            "for body in ",
            Looped(('b"\\xff\\xfe"', 'b""', 'b"null"', 'b"1e999"', 'b"[" * 100_000', "b'{\"a\": NaN}'")),
        )
        scenario.script.check(
            "    assert ", f'send(client, "post", "/{plural}", body).status_code in (400, 422)'
        )

    yield Attempt("service_is_healthy", "200 at /health", health)
    yield Attempt("service_describes_itself", "every operation in the OpenAPI document", documents)
    yield Attempt("service_declares_its_errors", "the errors of every operation, as problems", errors)
    if specification.permissions:
        yield Attempt("service_can_ask_for_a_role", "403 without a role where one is asked for", strict)
    yield Attempt("service_shows_its_page", "HTML at /", page)
    yield Attempt("service_knows_no_other_paths", "404 as a problem", unknown)
    yield Attempt("service_withstands_hostile_input", "never a fault of the service", hostile)
