"""`dlq`: records that could not be processed: list and show them, process them again, or set them down."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from connectors.command_line.running_system import running_settings
from connectors.command_line.terminal import AsJson, Terminal
from schemas.errors import BadInputError

if TYPE_CHECKING:
    from connectors.kafka.dead_letters import LetterStatus, StandingLetter
    from connectors.settings import Settings

app = typer.Typer(help="Dead letters: records that could not be processed.", no_args_is_help=True)

Letter = Annotated[str, typer.Argument(help="Position of the dead letter, as dlq list shows it.")]
User = Annotated[str, typer.Option(help="Who you are; kept with the act.")]


@app.command("list")
def list_letters(
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Leave out what was redriven or discarded.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the dead letters, oldest first, and what became of each."""
    terminal = Terminal(json)
    found = [each for each in _letters(running_settings(terminal)) if not waiting or each.status == "waiting"]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("dead letter", "set aside", "service", "status", "reason"):
        table.add_column(heading, overflow="fold")
    for each in found:
        letter = each.letter
        row = (str(letter.position), _time(letter), letter.service, each.status, letter.reason[:300])
        table.add_row(*map(Text, row))
    terminal.answer({"dead_letters": [plain_letter(each) for each in found]}, table)


@app.command("show")
def show(letter: Letter, json: AsJson = False) -> None:
    """Show a dead letter: the record, the reason and the stack trace."""
    from connectors.kafka.dead_letters import LetterStatus, whole

    terminal = Terminal(json)
    config = running_settings(terminal)
    named = _named(config, letter)
    found = LetterStatus(whole(named.letter, config.kafka_brokers), named.status)
    value = found.letter.value or b""
    decoded = _decoded(config, value)
    plain = {
        **plain_letter(found),
        "stack": found.letter.stack,
        "headers": {name: value.decode(errors="replace") for name, value in found.letter.headers},
        "value_base64": base64.b64encode(value).decode(),
        "event": decoded,
    }
    lines = [f"{name:<13} {text}" for name, text in plain_letter(found).items()]
    lines.append(f"{'value':<13} {value[:200]!r}{' ...' if len(value) > 200 else ''}")
    lines.append(f"{'event':<13} {decoded or 'it cannot be read as an event'}")
    terminal.answer(plain, Group(*map(Text, lines), Text(found.letter.stack, style="dim")))


@app.command("redrive")
def redrive(
    letter: Letter,
    key: Annotated[
        str | None, typer.Option(help="Key that takes the place of the record's: the delivery id.")
    ] = None,
    value: Annotated[
        Path | None, typer.Option(help="File with bytes that take the place of the record's.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Topic to publish to, where it stood on the wrong one.")
    ] = None,
    reason: Annotated[str, typer.Option(help="What was fixed.")] = "",
    user: User = "",
    json: AsJson = False,
) -> None:
    """Publish the record of a dead letter again, after a fix; the act is recorded with it."""
    from connectors.kafka.dead_letters import LetterOffice
    from connectors.schema_registry import codec_for

    terminal = Terminal(json)
    config = running_settings(terminal)
    found = _named(config, letter).letter
    position = LetterOffice(config.kafka_brokers, codec_for(config)).redrive(
        found,
        key=None if key is None else key.encode(),
        value=None if value is None else _bytes_of(value),
        topic=None if topic is None else _known_topic(topic),
        reason=reason,
        user=user,
    )
    plain = {"dead_letter": letter, "status": "redriven", "position": str(position)}
    terminal.answer(plain, Text(f"{found.record} is published again at {position}"))


@app.command("discard")
def discard(
    letter: Letter,
    reason: Annotated[str, typer.Option(help="Why it is not to be processed.")],
    user: User = "",
    json: AsJson = False,
) -> None:
    """Record that the record of a dead letter is not to be processed."""
    from connectors.kafka.dead_letters import LetterOffice
    from connectors.schema_registry import codec_for

    terminal = Terminal(json)
    config = running_settings(terminal)
    found = _named(config, letter).letter
    position = LetterOffice(config.kafka_brokers, codec_for(config)).discard(found, reason=reason, user=user)
    plain = {"dead_letter": letter, "status": "discarded", "position": str(position)}
    terminal.answer(plain, Text(f"{letter} is discarded; recorded at {position}"))


def plain_letter(found: LetterStatus) -> dict[str, object]:
    """A dead letter in an answer."""
    letter = found.letter
    return {
        "dead_letter": str(letter.position),
        "record": str(letter.record),
        "status": found.status,
        "service": letter.service,
        "reason": letter.reason,
        "set_aside_at": _time(letter),
        "key": (letter.key or b"").decode(errors="replace"),
    }


def _letters(config: Settings) -> list[LetterStatus]:
    from connectors.kafka.dead_letters import letters_with_status
    from connectors.schema_registry import codec_for

    return letters_with_status(config.kafka_brokers, codec_for(config))


def _named(config: Settings, text: str) -> LetterStatus:
    from connectors.kafka.position import Position

    position = Position.parse(text)
    found = next((each for each in _letters(config) if each.letter.position == position), None)
    if found is None:
        raise BadInputError(
            f"Reading the dead letter {position}",
            why="no dead letter stands there",
            todo="Take a position from: streamwright dlq list",
        )
    return found


def _known_topic(name: str) -> str:
    from schemas.topics import EVENT_TOPICS

    if name not in EVENT_TOPICS:
        raise BadInputError(
            f"Publishing to the topic '{name[:100]}'",
            why="no event belongs there",
            todo=f"Use one of: {', '.join(EVENT_TOPICS)}",
        )
    return name


def _decoded(config: Settings, value: bytes) -> object:
    from connectors.schema_registry import codec_for
    from schemas.codec import to_plain
    from schemas.errors import DecodeError

    try:
        event = codec_for(config).decode(value)
    except DecodeError:
        return None
    return {"envelope": to_plain(event.envelope), **to_plain(event.payload)}


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"Reading {file}",
            why=error.strerror or str(error),
            todo="Give the path of a file that you may read",
        ) from error


def _time(letter: StandingLetter) -> str:
    try:
        moment = datetime.fromtimestamp(letter.timestamp_ms / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        # Whoever wrote the record may have set any time.
        return ""
    return moment.isoformat(timespec="milliseconds")
