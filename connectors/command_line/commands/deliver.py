"""`deliver`: publish a requirement, watch its delivery, and tell how it ended."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from connectors.command_line.delivery_progress import DeliveryProgress, evolve
from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.progress_view import progress_table, questions_view
from connectors.command_line.requirement_source import RequirementFile, RequirementText, read_requirement
from connectors.command_line.terminal import AsJson, Terminal
from schemas.errors import WorkError

if TYPE_CHECKING:
    from connectors.kafka.follow import Follower
    from schemas.codec import Codec

_EXIT_CODES = {
    "built": ExitCode.DONE,
    "clarification": ExitCode.CLARIFICATION_NEEDED,
    "failed": ExitCode.WORK_FAILED,
    "compensated": ExitCode.WORK_FAILED,
}


def deliver(
    text: RequirementText = None,
    file: RequirementFile = None,
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait for the end of the delivery.", min=1)
    ] = 1800.0,
    json: AsJson = False,
) -> None:
    """Deliver a requirement: specification, service, page, tests, build.

    Starts what is not running yet. Exit code 0: built; 1: failed and undone; 4: questions to answer.
    """
    terminal = Terminal(json)
    requirement = read_requirement(text, file)
    began = time.monotonic()

    from connectors.kafka.follow import Follower
    from connectors.kafka.publisher import Publisher
    from connectors.kafka.user_events import user_event
    from connectors.schema_registry import codec_for
    from connectors.settings import settings
    from deploy.local.system import up
    from schemas.events.requirement import RequirementSubmitted
    from schemas.topics import EVENT_TOPICS

    running = up(settings(), terminal.progress.print)
    config = running.settings
    codec = codec_for(config)
    with Follower(config.kafka_brokers, EVENT_TOPICS) as follower:
        event = user_event(RequirementSubmitted(requirement=requirement))
        delivery_id = event.envelope.delivery_id
        position = Publisher(config.kafka_brokers, codec).publish(event)
        terminal.progress.print(f"Delivery [bold]{delivery_id}[/] published at {position}")
        watch = _Watch(terminal, delivery_id, time.monotonic() + timeout)
        progress = watch.until_complete(follower, codec)
    seconds = round(time.monotonic() - began, 3)
    artefacts = config.home / "artefacts"
    terminal.answer(
        answer_of(delivery_id, progress, artefacts, seconds),
        _shown(delivery_id, progress, artefacts, running.api_url),
    )
    raise typer.Exit(_EXIT_CODES[progress.outcome or "failed"])


class _Watch:
    """Shows the progress of one delivery until it has ended."""

    def __init__(self, terminal: Terminal, delivery_id: str, deadline: float) -> None:
        self._terminal = terminal
        self._delivery = delivery_id
        self._deadline = deadline

    def until_complete(self, follower: Follower, codec: Codec) -> DeliveryProgress:
        progress = DeliveryProgress()
        key = self._delivery.encode()
        with Live(console=self._terminal.progress, refresh_per_second=8, transient=False) as live:
            while not progress.is_complete:
                self._check_time()
                for record in follower.records(0.1):
                    if record.key == key:
                        progress = evolve(progress, codec.decode(record.value or b""))
                live.update(progress_table(progress, datetime.now(UTC)))
        self._terminal.progress.print()
        return progress

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise WorkError(
                f"Waiting for delivery {self._delivery}",
                why="it has not ended in the time given with --timeout",
                todo=f"It goes on; see how far it is with: streamwright query delivery {self._delivery}",
            )


def answer_of(
    delivery_id: str, progress: DeliveryProgress, artefacts: Path, seconds: float
) -> dict[str, object]:
    """The answer for scripts; shapes as in the README."""
    build, report = progress.build if progress.outcome == "built" else None, progress.report
    folder = artefacts / build.folder if build else None
    return {
        "delivery_id": delivery_id,
        "outcome": progress.outcome,
        "questions": [
            {
                "id": q.id,
                "text": q.text,
                "about": q.about,
                "reason": q.reason,
                "suggestions": list(q.suggestions),
            }
            for q in progress.questions
        ]
        if progress.outcome == "clarification"
        else [],
        "reason": progress.reason,
        "artefact": str(folder / build.wheel) if folder and build else None,
        "artefact_sha256": build.wheel_sha256 if build else None,
        "source": str(folder / "source") if folder else None,
        "tests": {"passed": report.passed if report else 0, "failed": report.failed if report else 0},
        "coverage": {
            "line": report.line_coverage if report else 0.0,
            "branch": report.branch_coverage if report else 0.0,
        },
        "seconds": seconds,
    }


def _shown(delivery_id: str, progress: DeliveryProgress, artefacts: Path, api_url: str) -> RenderableType:
    if progress.outcome == "clarification":
        return questions_view(progress, delivery_id)
    lines = [_ending(progress)]
    if progress.outcome == "built" and progress.build:
        folder = artefacts / progress.build.folder
        package = progress.build.package
        lines += [
            ("Artefact", str(folder / progress.build.wheel)),
            ("Source", str(folder / "source")),
            ("Try it", f"cd {folder / 'source'} && {sys.executable} -m {package} --port 8080"),
        ]
    lines += [
        ("Query API", f"{api_url}/api/v1/deliveries/{delivery_id}"),
        ("Replay", f"streamwright audit replay {delivery_id}"),
        ("Verify", "streamwright audit verify"),
    ]
    # Paths and commands are whole on one line, so that they can be copied.
    return Group(*(Text(f"{name:<10} {value}", no_wrap=True, overflow="ignore") for name, value in lines))


def _ending(progress: DeliveryProgress) -> tuple[str, str]:
    report = progress.report
    if progress.outcome != "built" or report is None:
        return (progress.outcome or "failed").capitalize(), progress.reason
    told = f"{report.passed} tests passed, {report.failed} failed"
    return (
        "Built",
        f"{told}; coverage {report.line_coverage:.1%} lines, {report.branch_coverage:.1%} branches",
    )
