"""Any service that is written: it is sound Python, it starts, and nothing that is sent makes it fail."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.launch import write_files
from connectors.service_runner import openapi_of
from schemas.artefacts import SourceBundle, SourceFile
from schemas.errors import WorkError
from schemas.specification import Entity, Field, FieldType, Specification
from streams.agents.backend_developer.engine import implement
from tests.specifications import ALL
from tests.specifications.invoices import invoices
from tests.specifications.writing import finished
from tests.unit.streams.agents.backend_developer.conftest import Make, Service, start

_TYPES: tuple[FieldType, ...] = (
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "boolean",
    "date",
    "datetime",
    "time",
    "email",
    "url",
    "phone",
    "choice",
)
# Names that mean something in Python, in pydantic or in SQLAlchemy, besides plain ones.
_NAMES = (
    "name",
    "date",
    "metadata",
    "registry",
    "copy",
    "json",
    "limit",
    "sort",
    "model_fields",
    "type",
    "values",
)
_GOOD: dict[str, Any] = {
    "text": "word",
    "long_text": "words",
    "integer": 3,
    "decimal": "1.25",
    "money": "9.99",
    "boolean": True,
    "date": "2026-01-31",
    "datetime": "2026-01-31T10:00:00Z",
    "time": "08:30:00",
    "email": "a@example.com",
    "url": "https://example.com/a",
    "phone": "+49 30 123",
    "choice": "one",
}
_HOSTILE = (
    "nul \0",
    "\ud800",
    2**64,
    -(2**63),
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    "9" * 5000,
    "1e999999999",
    "0001-01-01",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31",
    [],
    [[[]]],
    {},
    {"\ud800": 1},
    None,
    True,
    "",
    "x" * 30_000,
)


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_given_a_specification_when_it_is_written_twice_then_the_files_are_the_same_and_clean(
    make: Make, tmp_path: Path
) -> None:
    first, second = implement(make()), implement(make())
    write_files(first, tmp_path)

    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert first == second
    assert [file.path for file in first.files] == sorted(file.path for file in first.files)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_given_a_service_when_it_is_described_then_every_operation_and_its_errors_are_declared(
    make: Make, serve: Callable[[Make], Service]
) -> None:
    specification = make()
    document = serve(make).got("/openapi.json")

    for operation in specification.operations:
        described = document["paths"][operation.path][operation.method.lower()]
        assert described["operationId"] == operation.name
        refusals = [answer for status, answer in described["responses"].items() if status.startswith("4")]
        assert refusals
        assert all(list(answer["content"]) == ["application/problem+json"] for answer in refusals)


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_given_a_service_when_hostile_values_are_sent_then_it_never_fails(
    make: Make, serve: Callable[[Make], Service]
) -> None:
    service = serve(make)
    for entity in make().entities:
        for field in entity.fields:
            for value in _HOSTILE:
                body = json.dumps({field.name: value})
                headers = {"content-type": "application/json"}
                for method, path in (("POST", f"/{entity.plural}"), ("PATCH", f"/{entity.plural}/1")):
                    answer = service.client.request(method, path, content=body, headers=headers)
                    assert answer.status_code < 500, (method, path, body[:100])
            for text in ("%00", "nan", "9" * 40, "0001-01-01", "x" * 3000, "%ED%A0%80"):
                answer = service.client.get(f"/{entity.plural}?{field.name}={text}")
                assert answer.status_code < 500, (entity.plural, field.name, text)
        for path in ("99999999999999999999", "-1", "%00", "x"):
            assert service.client.get(f"/{entity.plural}/{path}").status_code in (404, 422)


_MANY_BRACKETS = "[" * 100_000


@pytest.mark.parametrize(
    ("content", "status"), [("{", 400), (_MANY_BRACKETS, 400), ("\udcff", 400), ("null", 422)]
)
def test_given_a_body_that_is_no_object_when_it_is_sent_then_it_is_refused(
    content: str, status: int, serve: Callable[[Make], Service]
) -> None:
    service = serve(invoices)

    sent = content.encode("utf-8", "surrogateescape")
    answer = service.client.post("/invoices", content=sent, headers={"content-type": "application/json"})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@st.composite
def _specifications(draw: st.DrawFn) -> Specification:
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=5, unique=True))
    fields = []
    for name in names:
        of = draw(st.sampled_from(_TYPES))
        fields.append(
            Field(
                name=name,
                label=name,
                type=of,
                required=draw(st.booleans()),
                unique=draw(st.booleans()) and of != "boolean",
                choices=("one", "two") if of == "choice" else (),
            )
        )
    plain = Entity(name="Session", plural="sessions", label="Session", fields=tuple(fields))
    own = Field(name="session_id", label="Session", type="reference", references="Session", required=True)
    again = Field(name="record_id", label="Record", type="reference", references="Record")
    child = Entity(name="Record", plural="class", label="Record", fields=(own, again), parent="session_id")
    package = f"random_service_{draw(st.integers(0, 10**9))}"
    return finished(Specification(name="Any", package=package, summary="", entities=(plain, child)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_specifications())
def test_given_any_small_specification_when_it_is_served_then_records_can_be_kept(
    spec: Specification,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        service = start(spec, Path(folder))
        body = {field.name: _GOOD[field.type] for field in spec.entities[0].fields}

        made = service.made("/sessions", body)
        child = service.made("/class", {"session_id": made["id"]})

        assert {name: made[name] for name in body} == body
        assert service.got("/sessions/1") == made
        assert service.client.put("/sessions/1", json=made).json()["id"] == 1
        assert service.client.patch("/class/1", json={"record_id": child["id"]}).status_code == 200
        assert service.got("/sessions?sort=-created_at")["total"] == 1
        # A field cannot be filtered by where its name means something else in every list.
        for name, value in ((name, body[name]) for name in body if name not in ("limit", "sort")):
            assert service.client.get("/sessions", params={name: value}).status_code == 200
        assert service.client.delete("/sessions/1").status_code == 204
        assert service.got("/class")["total"] == 0


def test_given_bounds_of_numbers_when_the_service_is_described_then_clients_can_read_them() -> None:
    bounds = (("least", "1", ""), ("most", "", "9"), ("between", "15", "60"), ("free", "", ""))
    fields = tuple(
        Field(name=name, label=name, type="integer", required=True, minimum=low, maximum=high)
        for name, low, high in bounds
    )
    entity = Entity(name="Slot", plural="slots", label="Slot", fields=fields)
    specification = finished(
        Specification(name="Slots", package="slots", summary="Slots", entities=(entity,))
    )

    document = json.loads(openapi_of(implement(specification), "slots"))

    described = document["components"]["schemas"]["SlotCreate"]["properties"]
    largest = float(2**63 - 1)  # FastAPI describes bounds as JSON numbers
    assert {name: (described[name]["minimum"], described[name]["maximum"]) for name, _, _ in bounds} == {
        "least": (1, largest),
        "most": (-largest, 9),
        "between": (15, 60),
        "free": (-largest, largest),
    }
    assert not {"ge", "gt", "le", "multiple_of"} & {key for field in described.values() for key in field}


def test_given_a_written_service_when_it_runs_in_the_sandbox_then_it_gives_its_description() -> None:
    specification = invoices()

    document = json.loads(openapi_of(implement(specification), specification.package, timeout_seconds=60))

    assert document["info"]["title"] == "Invoicing"
    assert "/invoices/{id}/send" in document["paths"]


def test_given_a_service_that_does_not_start_when_it_runs_then_its_own_words_are_told() -> None:
    broken = SourceBundle(
        files=(SourceFile(path="broken/__main__.py", content='raise ValueError("no table")\n'),)
    )

    with pytest.raises(WorkError, match="no table"):
        openapi_of(broken, "broken", timeout_seconds=20)


def test_given_texts_that_could_break_source_when_written_then_the_files_are_python() -> None:
    nasty = 'Quote " and \\ and """ and \n and \ud800 and {{ x }}'
    entity = Entity(
        name="Thing", plural="things", label=nasty, fields=(Field(name="a", label=nasty, type="text"),)
    )
    spec = Specification(name=nasty, package="nasty", summary=nasty, entities=(entity,))

    bundle = implement(spec)

    for file in bundle.files:
        file.content.encode()
        if file.path.endswith(".py"):
            ast.parse(file.content)
