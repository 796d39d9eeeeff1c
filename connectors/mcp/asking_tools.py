"""Tools that ask for something: each publishes one event of a person."""

from __future__ import annotations

from typing import Annotated

from mcp.server import MCPServer
from mcp.types import ToolAnnotations
from pydantic import Field

from connectors.command_line.requirement_source import requirement_in
from connectors.mcp.failures import tool
from connectors.mcp.system import System
from schemas.errors import BadInputError
from schemas.events.requirement import (
    CancellationRequested,
    ClarificationAnswered,
    RequirementSubmitted,
    RetryRequested,
)
from schemas.specification import Answer

DeliveryId = Annotated[str, Field(description="Id of the delivery, as submit_requirement gave it")]
Reason = Annotated[str, Field(description="Why; kept with the event")]
_ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_UNDOES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)


def add_asking_tools(server: MCPServer[None], system: System) -> None:
    """Add the tools to the server."""

    @server.tool(annotations=_ADDS)
    @tool
    def submit_requirement(
        requirement: Annotated[
            str,
            Field(description="The whole requirement as text or JSON: what data is kept, what people do"),
        ],
    ) -> dict[str, object]:
        """Submit a requirement. Begins a delivery: specification, service, page, tests, build.

        Does not wait: use wait_for_delivery. Gives delivery_id and position.
        """
        words = requirement_in(requirement.encode(errors="surrogatepass"), "the argument")
        return system.publish(RequirementSubmitted(requirement=words, submitted_by=system.user))

    @server.tool(annotations=_ADDS)
    @tool
    def answer_clarification(
        delivery_id: DeliveryId,
        answers: Annotated[
            dict[str, str], Field(description='Id of each question and its answer, as {"Q01": "Two weeks"}')
        ],
    ) -> dict[str, object]:
        """Answer the open questions of a delivery (see get_delivery); its analysis starts again."""
        return system.publish(
            ClarificationAnswered(answers=_answers(answers), answered_by=system.user), _named(delivery_id)
        )

    @server.tool(annotations=_UNDOES)
    @tool
    def cancel(delivery_id: DeliveryId, reason: Reason = "") -> dict[str, object]:
        """Have a delivery undone: what it made is discarded, step by step."""
        payload = CancellationRequested(reason=reason, requested_by=system.user)
        return system.publish(payload, _named(delivery_id))

    @server.tool(annotations=_ADDS)
    @tool
    def retry(delivery_id: DeliveryId, reason: Reason = "") -> dict[str, object]:
        """Have a failed or undone delivery tried again, after a fix."""
        return system.publish(RetryRequested(reason=reason, requested_by=system.user), _named(delivery_id))


def _named(delivery_id: str) -> str:
    """The id; an empty one would begin a new delivery."""
    if not delivery_id.strip():
        raise BadInputError("Asking", why="no delivery is named", todo="Take an id from list_deliveries")
    return delivery_id


def _answers(answers: dict[str, str]) -> tuple[Answer, ...]:
    given = tuple(Answer(question_id=name.strip(), text=text) for name, text in answers.items())
    if not given or not all(answer.question_id and answer.text.strip() for answer in given):
        raise BadInputError(
            "Reading the answers",
            why="a question or its answer is empty" if given else "none is given",
            todo="Take the questions from get_delivery, and answer each by its id",
        )
    return given
