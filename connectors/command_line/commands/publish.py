"""`publish`: put an event of a person into the log, and tell where it stands."""

from __future__ import annotations

import json as json_library
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from connectors.command_line.requirement_source import RequirementFile, RequirementText, read_requirement
from connectors.command_line.running_system import running_settings
from connectors.command_line.terminal import AsJson, Terminal
from schemas.errors import BadInputError
from schemas.events.requirement import (
    CancellationRequested,
    ClarificationAnswered,
    RequirementSubmitted,
    RetryRequested,
)
from schemas.specification import Answer

app = typer.Typer(help="Publish events of people: a requirement, answers, requests.", no_args_is_help=True)

Delivery = Annotated[str, typer.Argument(help="Id of the delivery.")]
User = Annotated[str, typer.Option(help="Who you are; kept with the event.")]
Reason = Annotated[str, typer.Option(help="Why, in your words.")]


@app.command("requirement")
def requirement(
    text: RequirementText = None,
    file: RequirementFile = None,
    user: User = "",
    json: AsJson = False,
) -> None:
    """Submit a requirement, which begins a delivery; does not wait for it."""
    words = read_requirement(text, file)
    _publish(Terminal(json), RequirementSubmitted(requirement=words, submitted_by=user), user)


@app.command("answer")
def answer(
    delivery: Delivery,
    answers: Annotated[
        list[str] | None,
        typer.Argument(help='Answers as QUESTION="text"; - reads them as JSON from standard input.'),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help='JSON file: {"Q01": "text", ...}.')
    ] = None,
    user: User = "",
    json: AsJson = False,
) -> None:
    """Answer questions of a delivery; its analysis starts again with the answers."""
    given = answers_of(answers or [], file)
    _publish(Terminal(json), ClarificationAnswered(answers=given, answered_by=user), user, delivery)


@app.command("cancel")
def cancel(delivery: Delivery, reason: Reason = "", user: User = "", json: AsJson = False) -> None:
    """Ask for a delivery to be undone."""
    _publish(Terminal(json), CancellationRequested(reason=reason, requested_by=user), user, delivery)


@app.command("retry")
def retry(delivery: Delivery, reason: Reason = "", user: User = "", json: AsJson = False) -> None:
    """Ask for a failed or undone delivery to be tried again, after a fix."""
    _publish(Terminal(json), RetryRequested(reason=reason, requested_by=user), user, delivery)


def answers_of(words: list[str], file: Path | None) -> tuple[Answer, ...]:
    """The answers that the arguments or the JSON file name.

    Raises:
        BadInputError: there are none, or they have another form.
    """
    if file is not None or words == ["-"]:
        return _answers_in(read_requirement("-" if file is None else None, file))
    pairs = [word.partition("=") for word in words]
    if not pairs or any(not (name.strip() and sign and text.strip()) for name, sign, text in pairs):
        raise BadInputError(
            "Reading the answers",
            why="none is given" if not pairs else "one is not QUESTION=text",
            todo='Answer with for example: Q01="Two weeks"',
        )
    return tuple(Answer(question_id=name.strip(), text=text) for name, _, text in pairs)


def _answers_in(text: str) -> tuple[Answer, ...]:
    try:
        plain = json_library.loads(text)
    except ValueError as error:
        plain, why = None, str(error)
    else:
        why = "it is not an object of question ids and texts"
    if not isinstance(plain, dict) or not plain or not all(isinstance(each, str) for each in plain.values()):
        raise BadInputError("Reading the answers", why=why, todo='Give for example {"Q01": "Two weeks"}')
    return tuple(Answer(question_id=name, text=each) for name, each in plain.items())


def _publish(terminal: Terminal, payload: object, user: str, delivery: str = "") -> None:
    from connectors.user_requests import publish_request

    config = running_settings(terminal, with_processes=True)
    plain = publish_request(config, payload, user=user, delivery_id=delivery).plain()
    shown = "{event_type} published at {position}\nDelivery {delivery_id}".format_map(plain)
    terminal.answer(plain, Text(shown))
