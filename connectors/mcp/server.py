"""The server: tools and resources over a system, on standard input and output."""

from __future__ import annotations

from importlib.metadata import version

from mcp.server import MCPServer

from connectors.mcp.asking_tools import add_asking_tools
from connectors.mcp.reading_tools import add_reading_tools
from connectors.mcp.resources import add_resources
from connectors.mcp.system import System

_INSTRUCTIONS = (
    "Streamwright turns a requirement for a business tool into a specification, a tested service with a"
    " page, and a build. Submit the requirement, wait_for_delivery, and if its outcome is 'clarification'"
    " answer the open questions. Then read stories, test reports and generated files. The first call starts"
    " the local system where it does not run, which can take a minute."
)


def server_of(system: System) -> MCPServer[None]:
    """The server with all tools and resources."""
    server: MCPServer[None] = MCPServer(
        "streamwright", version=version("streamwright"), instructions=_INSTRUCTIONS, log_level="WARNING"
    )
    add_asking_tools(server, system)
    add_reading_tools(server, system)
    add_resources(server, system)
    return server
