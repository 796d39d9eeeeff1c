"""A build is installed and started for real before it is offered; one that does not start never is."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.artefacts import ArtefactStore
from schemas.artefacts import SourceBundle, SourceFile
from schemas.errors import WorkError
from schemas.specification import Criterion, Entity, Field, Operation, Specification, Story
from streams.agents.deployment.documents import Identity
from streams.agents.deployment.engine import Order, build, discard

APP = """\
import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/", response_class=HTMLResponse, include_in_schema=False)
def page() -> str:
    return "<!doctype html><html><title>Notes</title></html>"


@app.get("/notes", operation_id="list_notes")
def notes() -> dict[str, list[str]]:
    return {"items": []}


def main() -> None:
    uvicorn.run(app, port=int(sys.argv[sys.argv.index("--port") + 1]))
"""
PYPROJECT = """\
[project]
name = "tiny-notes"
version = "0.0.1"
requires-python = ">=3.11"
dependencies = ["fastapi>=0.100", "uvicorn>=0.23"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["tiny_notes"]
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    "tests/test_x.py": "def test_x() -> None:\n    assert True\n",
    "tiny_notes/__init__.py": '__version__ = "0.0.1"\n',
    "tiny_notes/__main__.py": "from tiny_notes.app import main\n\nmain()\n",
    "tiny_notes/app.py": APP,
}
STORY = Story(
    id="S01",
    feature="F01",
    role="user",
    goal="see notes",
    criteria=(Criterion(id="S01-AC1", given="a", when="b", then="c", kind="list", entity="Note"),),
)
SPECIFICATION = Specification(
    name="Tiny notes",
    package="tiny_notes",
    summary="Keeps notes.",
    entities=(
        Entity(
            name="Note",
            plural="notes",
            label="Note",
            fields=(Field(name="title", label="Title", type="text"),),
        ),
    ),
    operations=(
        Operation(
            name="list_notes", kind="list", entity="Note", method="GET", path="/notes", summary="List notes"
        ),
    ),
    stories=(STORY,),
)


def order(changed: dict[str, str] | None = None, version: str = "1.2.0") -> Order:
    files = {**FILES, **(changed or {})}
    bundle = SourceBundle(files=tuple(SourceFile(path=path, content=files[path]) for path in sorted(files)))
    return Order(
        specification=SPECIFICATION,
        requirement="We keep notes.",
        sources=bundle,
        identity=Identity(delivery_id="d-1", attempt=1, version=version),
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArtefactStore:
    return ArtefactStore(tmp_path_factory.mktemp("artefacts"))


def test_a_build_is_complete_and_checked(store: ArtefactStore) -> None:
    # given the sources of a service, when they are built
    made = build(order(), store)
    folder = store.root / made.folder
    # then the wheel has the version asked for, holds the package alone, and was started
    assert made.wheel == "tiny_notes-1.2.0-py3-none-any.whl"
    assert made.wheel_sha256 == hashlib.sha256((folder / made.wheel).read_bytes()).hexdigest()
    with zipfile.ZipFile(folder / made.wheel) as archive:
        assert archive.read("tiny_notes/__init__.py") == b'__version__ = "1.2.0"\n'
    assert 0 < made.health_seconds < 30
    # and every file is listed with its checksum
    assert [file.path for file in made.files] == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums == {file.path: file.sha256 for file in made.files if file.path != "SHA256SUMS"}
    # and the papers tell what it is
    delivery = json.loads((folder / "delivery.json").read_text())
    assert (delivery["package"], delivery["version"]) == ("tiny_notes", "1.2.0")
    assert delivery["requirement"] == "We keep notes."
    assert [story["id"] for story in delivery["stories"]] == ["S01"]
    assert delivery["checksums"][made.wheel] == made.wheel_sha256
    assert (folder / "source/tests/test_x.py").is_file()
    assert "USER 10001" in (folder / "Dockerfile").read_text()
    # and the bill of materials names what was installed, with licences
    bill = json.loads((folder / "sbom.cdx.json").read_text())
    parts = {part["name"]: part for part in bill["components"]}
    assert {"fastapi", "uvicorn", "starlette", "pydantic"} <= set(parts)
    assert parts["fastapi"]["licenses"] == [{"license": {"id": "MIT"}}]
    assert bill["metadata"]["component"]["hashes"][0]["content"] == made.wheel_sha256
    assert f"fastapi=={parts['fastapi']['version']}" in (folder / "constraints.txt").read_text()


def test_the_same_sources_give_the_same_bytes_and_a_second_run_changes_nothing(store: ArtefactStore) -> None:
    first = build(order(), store)
    second = build(order(), store)
    assert replace(first, install_seconds=0, health_seconds=0) == replace(
        second, install_seconds=0, health_seconds=0
    )


def test_a_discarded_build_is_no_longer_offered(store: ArtefactStore) -> None:
    made = build(order(), store)
    assert discard("d-1", 1, store) is True
    assert not (store.root / made.folder).exists()
    assert discard("d-1", 1, store) is False


BROKEN = {
    "does not start": ({"tiny_notes/app.py": "raise RuntimeError('no engine')\n"}, "no engine"),
    "lacks an operation": (
        {"tiny_notes/app.py": APP.replace('operation_id="list_notes"', 'operation_id="other"')},
        "lacks the operations list_notes",
    ),
    "has no page": ({"tiny_notes/app.py": APP.replace('@app.get("/", ', '@app.get("/page", ')}, "404"),
    "is not healthy": ({"tiny_notes/app.py": APP.replace('"ok"', '"poorly"')}, "/health answered 200"),
    "cannot be built": ({"pyproject.toml": PYPROJECT.replace('"hatchling.build"', "nonsense")}, "pyproject"),
    "needs what does not exist": (
        {"pyproject.toml": PYPROJECT.replace("fastapi>=0.100", "fastapi>=9000")},
        "fastapi",
    ),
    "ships its tests": (
        {"pyproject.toml": PYPROJECT.replace('["tiny_notes"]', '["tiny_notes", "tests"]')},
        "it holds tests",
    ),
    "reaches for the network": (
        {"tiny_notes/app.py": "import socket\nsocket.create_connection(('192.0.2.1', 80), 3)\n" + APP},
        "create_connection",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_service_that_is_broken_is_never_offered(case: str, tmp_path: Path) -> None:
    changed, told = BROKEN[case]
    store = ArtefactStore(tmp_path)
    with pytest.raises(WorkError) as caught:
        build(order(changed), store)
    assert told in str(caught.value)
    assert store.find("d-1", 1) is None
