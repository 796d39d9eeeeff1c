from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from mcp import Client

from connectors.mcp.server import server_of
from connectors.mcp.system import Addresses, System, path_of
from connectors.settings import Settings
from schemas.errors import SetupError

_DOCUMENT = (Path(__file__).parents[4] / "docs" / "mcp.md").read_text(encoding="utf-8")


def _failing(times: list[int]) -> Callable[[], Addresses]:
    def find() -> Addresses:
        times.append(len(times))
        raise SetupError("Starting Kafka", why="there is no Java", todo="Install Java 17")

    return find


async def test_given_the_document_when_compared_with_the_server_then_it_names_each_tool_and_resource() -> (
    None
):
    async with Client(server_of(System(_failing([])))) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        resources = {str(each.uri) for each in (await client.list_resources()).resources}
        templates = {
            each.uri_template for each in (await client.list_resource_templates()).resource_templates
        }

    assert set(re.findall(r"^\| `(\w+)` \|", _DOCUMENT, re.MULTILINE)) == tools
    assert (
        set(re.findall(r"^\| `(streamwright://[^`]+)` \|", _DOCUMENT, re.MULTILINE)) == resources | templates
    )


async def test_given_a_system_that_cannot_start_when_a_tool_is_called_then_it_says_so_and_tries_again() -> (
    None
):
    times: list[int] = []

    async with Client(server_of(System(_failing(times)))) as client:
        results = [await client.call_tool("list_deliveries", {}) for _ in range(2)]

    for result in results:
        assert result.is_error
        assert "Starting Kafka: there is no Java. What to do: Install Java 17" in str(result.content[0])
    assert len(times) == 2


def test_given_a_query_api_that_went_away_when_asked_again_then_the_system_is_looked_for_anew() -> None:
    found: list[str] = []
    settings = Settings(call_attempts=1, call_timeout_seconds=0.5)

    def find() -> Addresses:
        found.append("found")
        return Addresses(settings, "http://127.0.0.1:9")

    system = System(find)
    for _ in range(2):
        with pytest.raises(SetupError):
            system.ask("deliveries")

    assert len(found) == 2


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("id", "sources", "a", "b.py"), "deliveries/id/sources/a/b.py"),
        (("../x?y=1#z", "sources"), "deliveries/..%2Fx%3Fy%3D1%23z/sources"),
    ],
)
def test_given_any_text_as_an_id_when_made_a_path_then_it_stays_one_segment(
    parts: tuple[str, ...], path: str
) -> None:
    assert path_of(*parts) == path
