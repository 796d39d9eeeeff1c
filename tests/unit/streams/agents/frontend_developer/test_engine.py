"""The page covers what the service offers, is always the same, and shows every text as a text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.artefacts import SourceBundle
from schemas.errors import WorkError
from schemas.specification import Specification
from streams.agents.frontend_developer.engine import implement
from tests.specifications import ALL
from tests.specifications.expenses import expenses
from tests.specifications.tasks import tasks
from tests.unit.streams.agents.frontend_developer.offered_by import openapi_of

_HOSTILE = (
    """"><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 7*7 }}</title>${alert(3)}`\u0000\ud800"""
)


def _files(bundle: SourceBundle) -> dict[str, str]:
    return {file.path.rsplit("/", 1)[-1]: file.content for file in bundle.files}


def _model(specification: Specification) -> Any:
    return json.loads(_files(implement(specification, openapi_of(specification)))["model.json"])


def _reached(model: Any) -> set[str]:
    """Names of the requests that the page's views send, as `METHOD path`."""
    methods = {"list": "GET", "create": "POST", "read": "GET", "update": "PATCH", "delete": "DELETE"}
    found: set[str] = {"GET /notifications"} if model["notifications"] else set()
    for entity in model["entities"]:
        base = f"/{entity['plural']}"
        for name in entity["can"]:
            found.add(f"{methods[name]} {base}{'' if name in ('list', 'create') else '/{id}'}")
        found |= {f"POST {base}/{{id}}/{action['name']}" for action in entity["actions"]}
        found |= {f"GET {base}/{listing['name']}" for listing in entity["listings"]}
        found |= {f"GET {base}/export.csv"} if entity["export"] else set()
    for report in model["reports"]:
        found |= {f"GET /reports/{report['name']}"} if report["alone"] else set()
        found |= {f"GET /{report['within']}/{{id}}/{report['name']}"} if report["within"] else set()
    return found


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_given_a_service_when_its_page_is_written_then_each_operation_can_be_reached(
    write: Callable[[], Specification],
) -> None:
    specification = write()

    reached = _reached(_model(specification))

    offered = {f"{one.method} {one.path}" for one in specification.operations}
    # PUT does what PATCH does; /health is for machines.
    wanted = {one for one in offered if not one.startswith("PUT ") and one != "GET /health"}
    assert {re.sub(r"\{[^}]*\}", "{id}", one) for one in wanted} <= reached


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_given_a_service_when_its_page_is_written_then_each_field_is_in_it(
    write: Callable[[], Specification],
) -> None:
    specification = write()

    model = _model(specification)

    for entity, shown in zip(specification.entities, model["entities"], strict=True):
        assert [field["name"] for field in shown["fields"]] == [field.name for field in entity.fields]
        assert set(shown["columns"]) | set(shown["title"]) <= {field.name for field in entity.fields}
        assert all(field["label"] for field in shown["fields"])


def test_given_operations_that_the_service_lacks_when_the_page_is_written_then_they_are_not_offered() -> None:
    specification = expenses()
    document = json.loads(openapi_of(specification))
    del document["paths"]["/expenses/{id}"]["delete"]
    del document["paths"]["/expenses/export.csv"]
    document["paths"] = {
        path: item for path, item in document["paths"].items() if not path.endswith("/reject")
    }

    model = json.loads(_files(implement(specification, json.dumps(document)))["model.json"])

    (entity,) = model["entities"]
    assert "delete" not in entity["can"]
    assert not entity["export"]
    assert [action["name"] for action in entity["actions"]] == ["submit", "approve", "approve-finally"]


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"paths": {"/other": {"get": {}}}}'])
def test_given_a_document_that_does_not_fit_when_the_page_is_written_then_it_is_refused(
    document: str,
) -> None:
    with pytest.raises(WorkError):
        implement(tasks(), document)


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_given_the_same_input_when_the_page_is_written_again_then_the_files_are_equal(
    write: Callable[[], Specification],
) -> None:
    first, second = write(), write()

    assert implement(first, openapi_of(first)) == implement(second, openapi_of(second))


class _Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def _shape(specification: Specification) -> tuple[list[str], list[str]]:
    files = _files(implement(specification, openapi_of(specification)))
    page = _Page(files["index.html"])
    return page.tags, page.attributes


def _named(text: str) -> Specification:
    """The task list with the text in every place that people name."""
    specification = tasks()
    entities = tuple(
        replace(
            entity,
            label=text,
            description=text,
            fields=tuple(
                replace(field, label=text, choices=(*field.choices, text) if field.choices else ())
                for field in entity.fields
            ),
        )
        for entity in specification.entities
    )
    listings = tuple(replace(listing, label=text) for listing in specification.listings)
    actions = tuple(replace(action, label=text, message=text) for action in specification.actions)
    return replace(
        specification, name=text, summary=text, entities=entities, listings=listings, actions=actions
    )


def test_given_names_full_of_markup_when_the_page_is_written_then_it_gains_no_tag() -> None:
    hostile = _named(_HOSTILE)
    files = _files(implement(hostile, openapi_of(hostile)))

    assert _shape(hostile) == _shape(tasks())
    assert all("<script>alert" not in files[name] for name in files if name != "model.json")
    assert json.loads(files["model.json"])["entities"][0]["label"] == _HOSTILE
    # Only the model, the page's head and the icon hold what people named.
    plain = _files(implement(tasks(), openapi_of(tasks())))
    differing = {name for name in files if files[name] != plain[name]}
    assert differing <= {"index.html", "model.json", "favicon.svg"}
    for content in files.values():
        content.encode("utf-8")


@settings(deadline=None, max_examples=40)
@given(text=st.text(min_size=1, max_size=40))
def test_given_any_name_when_the_page_is_written_then_it_gains_no_tag_and_is_text(text: str) -> None:
    named = _named(text)
    files = _files(implement(named, openapi_of(named)))

    assert _shape(named) == _shape(tasks())
    assert json.loads(files["model.json"])["name"] == text
    for content in files.values():
        content.encode("utf-8")


def test_given_the_scripts_of_the_page_when_they_are_read_then_none_turns_text_into_markup() -> None:
    for name, content in _files(implement(tasks(), openapi_of(tasks()))).items():
        if name.endswith(".js"):
            for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                assert danger not in content, f"{danger} in {name}"
        if name == "index.html":
            assert "default-src 'self'" in content
            assert "//" not in content.replace("http-equiv", "")
