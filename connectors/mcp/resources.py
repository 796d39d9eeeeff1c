"""Resources: deliveries, their files, and the descriptions of the interfaces."""

from __future__ import annotations

import json

from mcp.server import MCPServer

from connectors.mcp.delivery import delivery_with_parts
from connectors.mcp.failures import resource
from connectors.mcp.system import System, path_of
from schemas.asyncapi import asyncapi_document

_JSON = "application/json"


def add_resources(server: MCPServer[None], system: System) -> None:
    """Add the resources to the server."""

    @server.resource("streamwright://deliveries", mime_type=_JSON)
    @resource
    def deliveries() -> str:
        """The latest deliveries."""
        return json.dumps(system.ask("deliveries"))

    @server.resource("streamwright://deliveries/{delivery_id}", mime_type=_JSON)
    @resource
    def delivery(delivery_id: str) -> str:
        """A delivery with its features, stories, test reports and builds."""
        return json.dumps(delivery_with_parts(system, delivery_id))

    @server.resource("streamwright://deliveries/{delivery_id}/files/{+path}", mime_type="text/plain")
    @resource
    def generated_file(delivery_id: str, path: str) -> str:
        """A generated file of a delivery."""
        return system.ask_text(path_of(delivery_id, "sources", *path.split("/")))

    @server.resource("streamwright://asyncapi", mime_type=_JSON)
    def asyncapi() -> str:
        """AsyncAPI document of the topics."""
        return json.dumps(asyncapi_document())
