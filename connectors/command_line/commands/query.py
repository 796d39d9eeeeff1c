"""`query`: ask the read models."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from connectors.command_line.terminal import AsJson, Terminal
from schemas.errors import BadInputError

_COLUMNS = 7
_WIDEST = 60


class Model(StrEnum):
    """What can be asked for."""

    DELIVERIES = "deliveries"
    DELIVERY = "delivery"
    FEATURES = "features"
    SPECIFICATION = "specification"
    SPECIFICATIONS = "specifications"
    STORIES = "stories"
    TEST_REPORT = "test-report"
    TEST_REPORTS = "test-reports"
    BUILDS = "builds"
    TIMELINE = "timeline"
    OUTCOME = "outcome"
    OUTCOMES = "outcomes"
    SOURCES = "sources"
    SKIPPED = "skipped"


_OF_ONE_DELIVERY = frozenset(
    (Model.DELIVERY, Model.SPECIFICATION, Model.TEST_REPORT, Model.OUTCOME, Model.SOURCES)
)
_OF_ALL = frozenset(
    (Model.DELIVERIES, Model.SPECIFICATIONS, Model.TEST_REPORTS, Model.OUTCOMES, Model.SKIPPED)
)


def query(
    model: Annotated[Model, typer.Argument(help="What to ask for.")],
    delivery: Annotated[str | None, typer.Argument(help="Id of the delivery, where it is about one.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Filter or other parameter of the API, as status=succeeded.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(help="Answer only when this record is projected: topic-partition-offset.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Ask the read models: deliveries, stories, test reports, builds, timeline ..."""
    terminal = Terminal(json)
    path, parameters = path_of(model, delivery), parameters_of(where or [], after)

    from connectors.query_api import ask, query_calls
    from connectors.resilience.policy import policy_of
    from connectors.settings import settings
    from deploy.local.system import up

    running = up(settings(), terminal.progress.print)
    answer = ask(running.api_url, path, parameters, query_calls(policy_of(settings())))
    items = answer.get("items")
    terminal.answer(answer, _table(items) if isinstance(items, list) and items else None)


def path_of(model: Model, delivery: str | None) -> str:
    """The path below /api/v1.

    Raises:
        BadInputError: a delivery is needed and not given, or given and of no use.
    """
    if delivery is None and model in _OF_ONE_DELIVERY:
        raise BadInputError(
            f"Asking for the {model}",
            why="it belongs to one delivery, and none is named",
            todo=f"Use: streamwright query {model} DELIVERY (see: streamwright query deliveries)",
        )
    if delivery is not None and model in _OF_ALL:
        raise BadInputError(
            f"Asking for {model}",
            why="it is about all deliveries, and one is named",
            todo=f"Use: streamwright query {model}",
        )
    if delivery is None:
        return str(model)
    return f"deliveries/{delivery}" if model is Model.DELIVERY else f"deliveries/{delivery}/{model}"


def parameters_of(where: list[str], after: str | None) -> dict[str, list[str]]:
    """Query parameters from name=value pairs; a name that comes twice has both values.

    Raises:
        BadInputError: one has no '='.
    """
    parameters: dict[str, list[str]] = {}
    for pair in where:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise BadInputError(
                f"Reading the parameter '{pair}'",
                why="it is not name=value",
                todo="Use for example: --where status=succeeded",
            )
        parameters.setdefault(name, []).append(value)
    return {**parameters, "after": [after]} if after else parameters


def _table(items: list[dict[str, object]]) -> Table:
    """The first plain columns; everything is in the JSON answer."""
    names = [name for name, value in items[0].items() if not isinstance(value, dict | list)][:_COLUMNS]
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, overflow="fold")
    for item in items:
        table.add_row(*(Text(_short(item.get(name))) for name in names))
    return table


def _short(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
