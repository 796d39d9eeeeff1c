"""Tools that read: the read models by the query API, and the log itself for replay and verification."""

from __future__ import annotations

import time
from typing import Annotated

import anyio
from anyio import to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.types import ToolAnnotations
from pydantic import Field

from connectors.mcp.asking_tools import DeliveryId
from connectors.mcp.delivery import delivery_with_parts, has_come_to_rest
from connectors.mcp.failures import tool
from connectors.mcp.log_reading import replayed_plainly, verified_plainly
from connectors.mcp.system import System, path_of

After = Annotated[
    str, Field(description="Position that an asking tool gave: answer only when that event is seen")
]
Limit = Annotated[int, Field(ge=1, le=200, description="Most items to give")]
Cursor = Annotated[str, Field(description="next_cursor of the page before; '' for the first page")]
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_POLL_SECONDS = 0.5


def add_reading_tools(server: MCPServer[None], system: System) -> None:
    """Add the tools to the server."""
    _add_delivery_tools(server, system)
    _add_waiting_tool(server, system)
    _add_file_tools(server, system)
    _add_log_tools(server, system)


def _add_delivery_tools(server: MCPServer[None], system: System) -> None:
    @server.tool(annotations=_READS)
    @tool
    def list_deliveries(
        status: Annotated[str, Field(description="Only this status, as built or clarification")] = "",
        text: Annotated[str, Field(description="Only with this text in requirement or name")] = "",
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> dict[str, object]:
        """Deliveries, the latest first, with status, outcome and test figures."""
        return system.ask("deliveries", _given(status=status, q=text, limit=str(limit), cursor=cursor))

    @server.tool(annotations=_READS)
    @tool
    def get_delivery(delivery_id: DeliveryId, after: After = "") -> dict[str, object]:
        """One delivery: status, outcome, open questions, features, stories, test reports, builds."""
        return delivery_with_parts(system, delivery_id, after)

    @server.tool(annotations=_READS)
    @tool
    def get_timeline(delivery_id: DeliveryId, limit: Limit = 100, cursor: Cursor = "") -> dict[str, object]:
        """The events of a delivery, the earliest first, each with its cause and position."""
        return system.ask(path_of(delivery_id, "timeline"), _given(limit=str(limit), cursor=cursor))


def _add_waiting_tool(server: MCPServer[None], system: System) -> None:
    ask = tool(system.ask)

    @server.tool(annotations=_READS)
    async def wait_for_delivery(
        delivery_id: DeliveryId,
        context: Context,
        after: After = "",
        seconds: Annotated[float, Field(ge=0, le=600, description="Longest wait, in seconds")] = 45.0,
    ) -> dict[str, object]:
        """Wait until a delivery is built, failed, undone or asks something. Call again if it goes on."""
        deadline = time.monotonic() + seconds
        path, parameters = path_of(delivery_id), _given(after=after)
        told = ""
        while True:
            found = await to_thread.run_sync(ask, path, parameters)
            if told != (told := str(found["status"])):
                await context.report_progress(_ORDER.get(told, 0), len(_ORDER), told)
            if has_come_to_rest(found) or time.monotonic() > deadline:
                return found
            await anyio.sleep(_POLL_SECONDS)


_ORDER = {"analysing": 1, "developing": 2, "testing": 3, "building": 4, "built": 5}


def _add_file_tools(server: MCPServer[None], system: System) -> None:
    @server.tool(annotations=_READS)
    @tool
    def list_generated_files(delivery_id: DeliveryId) -> dict[str, object]:
        """The generated files of a delivery: path, size in bytes, SHA-256."""
        return system.ask(path_of(delivery_id, "sources"))

    @server.tool(annotations=_READS)
    @tool
    def read_generated_file(
        delivery_id: DeliveryId,
        path: Annotated[str, Field(description="Path as list_generated_files tells it")],
    ) -> str:
        """The text of one generated file."""
        return system.ask_text(path_of(delivery_id, "sources", *path.split("/")))


def _add_log_tools(server: MCPServer[None], system: System) -> None:
    @server.tool(annotations=_READS)
    @tool
    def replay_delivery(
        delivery_id: DeliveryId,
        at: Annotated[str, Field(description="Moment in ISO 8601; '' for now")] = "",
        until: Annotated[str, Field(description="Last event, as topic-partition-offset; '' for all")] = "",
    ) -> dict[str, object]:
        """Replay a delivery from the log by the deciders that wrote it: the state of every service."""
        return replayed_plainly(system.settings, delivery_id, at, until)

    @server.tool(annotations=_READS)
    @tool
    def verify(
        delivery_id: Annotated[str, Field(description="One delivery; '' for the whole log")] = "",
    ) -> dict[str, object]:
        """Check that every recorded event is what the deciders give, and name each that is not."""
        return verified_plainly(system.settings, delivery_id)


def _given(**parameters: str) -> dict[str, list[str]]:
    return {name: [value] for name, value in parameters.items() if value}
