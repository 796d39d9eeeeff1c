"""`mcp`: serve the system to assistants by the Model Context Protocol, on standard input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connectors.command_line.terminal import Terminal
from schemas.errors import SetupError

if TYPE_CHECKING:
    from connectors.mcp.system import Addresses


def mcp(
    user: Annotated[str, typer.Option(help="In whose name requests are published.")] = "",
    api_url: Annotated[
        str,
        typer.Option(help="Query API of a system that runs elsewhere; KAFKA_BROKERS names its brokers."),
    ] = "",
) -> None:
    """Serve tools to an assistant: submit, answer, cancel, retry, query, read files, replay, verify.

    A client starts this command and talks to it by standard input and output. The local system is
    started with the first call, where --api-url names no other.
    """
    from connectors.logs import configure_logs
    from connectors.mcp.server import server_of
    from connectors.mcp.system import System
    from connectors.settings import settings

    if api_url and not settings().kafka_brokers:
        raise SetupError(
            f"Serving the system at {api_url}", why="KAFKA_BROKERS is not set", todo="Name its brokers, too"
        )
    configure_logs(settings().log_level)
    server_of(System(lambda: _addresses(api_url), user)).run("stdio")


def _addresses(api_url: str) -> Addresses:
    from connectors.mcp.system import Addresses
    from connectors.settings import settings

    if api_url:
        return Addresses(settings(), api_url.rstrip("/"))
    from deploy.local.system import up

    # Standard output belongs to the protocol.
    running = up(settings(), Terminal().progress.print)
    return Addresses(running.settings, running.api_url)
