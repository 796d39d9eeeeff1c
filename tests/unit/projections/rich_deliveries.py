"""Deliveries for tests of the projections: histories of the real deciders, with rich content.

What the deciders say stays as it is; specification, sources, report and build become those of a
library service, with texts that are hard to store.
"""

from __future__ import annotations

import dataclasses
from random import Random

from schemas.artefacts import Build, BuildFile, SourceBundle, SourceFile, StoryResult, TestCase, TestReport
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.specification import Criterion, Feature, Specification, Story
from streams.audit.history import RecordedEvent
from tests.specifications.library import library
from tests.unit.streams.audit.recorded_histories import history

HARD_TEXT = "Tab\tnew\nline \\N back\\slash 'quote' \"double\" ünï😀 NUL\x00 {brace}"
CODEC = Codec()


def specification() -> Specification:
    """A library with two features and three stories."""
    stories = tuple(
        Story(
            id=f"S0{number}",
            feature="F01" if number < 3 else "F02",
            role="librarian",
            goal=f"lend book {number} {HARD_TEXT}",
            operations=("create_book",),
            criteria=tuple(
                Criterion(
                    id=f"S0{number}-AC{n}",
                    given="a book",
                    when="it is lent",
                    then="it is away",
                    kind="create",
                    entity="Book",
                )
                for n in (1, 2)
            ),
        )
        for number in (1, 2, 3)
    )
    features = (
        Feature(id="F01", name="Books", summary=HARD_TEXT, entities=("Book",)),
        Feature(id="F02", name="Loans", summary="Lend them", entities=("Loan",)),
    )
    return dataclasses.replace(library(), features=features, stories=stories)


def sources(*paths: str) -> SourceBundle:
    """Files of these paths."""
    return SourceBundle(
        files=tuple(SourceFile(path=path, content=f"# {HARD_TEXT}\n") for path in sorted(paths))
    )


def report(*, failed: int) -> TestReport:
    """A report of six tests."""
    cases = tuple(
        TestCase(
            name=f"tests/test_{story}.py::test_{n}",
            story_id=story,
            criterion_id=f"{story}-AC{n}",
            outcome="failed" if failed and story == "S03" else "passed",
            seconds=0.125,
            message=HARD_TEXT if failed and story == "S03" else "",
        )
        for story in ("S01", "S02", "S03")
        for n in (1, 2)
    )
    stories = tuple(
        StoryResult(story_id=story, passed=2 - lost, failed=lost)
        for story, lost in (("S01", 0), ("S02", 0), ("S03", failed))
    )
    return TestReport(
        cases=cases,
        stories=stories,
        passed=6 - failed,
        failed=failed,
        line_coverage=0.9375,
        branch_coverage=0.875,
        seconds=1.5,
    )


BUILD = Build(
    package="library",
    version="0.1.0",
    folder="library/1",
    wheel="library-0.1.0-py3-none-any.whl",
    wheel_sha256="ab" * 32,
    files=(BuildFile(path="library-0.1.0-py3-none-any.whl", sha256="ab" * 32, size=12_345),),
    install_seconds=2.5,
    health_seconds=0.75,
)

_SOURCES = {
    "BackendImplemented": ("library/app.py", "library/old.py"),
    "FrontendImplemented": ("library/app.py", "library/static/index.html"),
    "TestsPassed": ("library/app.py", "library/static/index.html", "tests/test_S01.py"),
}


def enriched(event: Event) -> Event:
    """The event with rich content in place of the simulated."""
    name = event.envelope.event_type
    has = {each.name for each in dataclasses.fields(event.payload)}  # type: ignore[arg-type]
    changes: dict[str, object] = {}
    if "specification" in has:
        changes["specification"] = specification()
    if "sources" in has:
        changes["sources"] = sources(*_SOURCES[name])
    if "report" in has:
        changes["report"] = report(failed=2 if name == "TestsFailed" else 0)
    if "build" in has:
        changes["build"] = BUILD
    if name == "RequirementSubmitted":
        changes["requirement"] = f"A library lends books. {HARD_TEXT}"
    payload = dataclasses.replace(event.payload, **changes)  # type: ignore[type-var]
    return Event(envelope=event.envelope, payload=payload)


def rich_deliveries(count: int, seed: int, *, success: float = 0.85) -> list[RecordedEvent]:
    """That many finished deliveries of every kind, each topic's records in order, mixed.

    Offsets are those of a log in which nothing else was published.
    """
    random = Random(seed)
    waiting = [
        history(seed * 1_000 + number, success=success, user_requests=number % 2) for number in range(count)
    ]
    ends: dict[tuple[str, int], int] = {}
    mixed: list[RecordedEvent] = []
    while waiting:
        log = random.choice(waiting)
        record = log.pop(0)
        place = record.position.topic, record.position.partition
        offset = ends.get(place, 0)
        ends[place] = offset + 1
        position = record.position._replace(offset=offset)
        mixed.append(dataclasses.replace(record, position=position, event=enriched(record.event)))
        waiting = [each for each in waiting if each]
    return mixed
