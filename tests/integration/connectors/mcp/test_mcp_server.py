"""The MCP server over standard input and output, asked by the official client, on a real running system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError, StdioServerParameters

from connectors.settings import Settings
from deploy.local.prepare import prepare
from deploy.local.system import down
from tests.servers import delete_topics, new_database

pytestmark = pytest.mark.timeout(600)
_COMMAND = ["-m", "connectors.command_line.main", "mcp", "--user", "ada"]
_NOTES = "Keep notes. A note has a title and a text. List the notes."
_NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def config(
    kafka_brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A home on new topics and a new database for this module; the first tool starts its processes."""
    delete_topics(kafka_brokers)
    with new_database(database_url) as url:
        home = tmp_path_factory.mktemp("mcp") / "home"
        settings = Settings(kafka_brokers=kafka_brokers, database_url=url, home=home)
        prepare(settings)
        try:
            yield settings
        finally:
            down(settings, print)


def _environment(config: Settings) -> dict[str, str]:
    named = {
        "KAFKA_BROKERS": config.kafka_brokers,
        "DATABASE_URL": config.database_url,
        "STREAMWRIGHT_HOME": str(config.home),
    }
    return {**os.environ, **named}


@asynccontextmanager
async def _client(config: Settings) -> AsyncIterator[Client]:
    server = StdioServerParameters(command=sys.executable, args=_COMMAND, env=_environment(config))
    async with Client(server, read_timeout_seconds=300) as client:
        yield client


async def _call(client: Client, name: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    found: dict[str, Any] = result.structured_content
    return found


async def _error(client: Client, name: str, **arguments: object) -> str:
    result = await client.call_tool(name, arguments)
    assert result.is_error
    text = str(result.content[0].text)  # type: ignore[union-attr]
    return text.removeprefix(f"Error executing tool {name}: ")


async def test_given_a_requirement_when_delivered_by_tools_alone_then_all_of_it_can_be_read(
    config: Settings,
) -> None:
    async with _client(config) as client:
        told: list[str | None] = []

        async def on_progress(_: float, __: float | None, message: str | None) -> None:
            told.append(message)

        submitted = await _call(client, "submit_requirement", requirement=_NOTES)
        delivery_id = submitted["delivery_id"]
        waited = await client.call_tool(
            "wait_for_delivery",
            {"delivery_id": delivery_id, "after": submitted["position"], "seconds": 240},
            progress_callback=on_progress,
        )
        found = await _call(client, "get_delivery", delivery_id=delivery_id)
        timeline = await _call(client, "get_timeline", delivery_id=delivery_id)
        files = await _call(client, "list_generated_files", delivery_id=delivery_id)
        path = next(item["path"] for item in files["items"] if item["path"].endswith("/app.py"))
        text = (await _call(client, "read_generated_file", delivery_id=delivery_id, path=path))["result"]
        replayed = await _call(client, "replay_delivery", delivery_id=delivery_id)
        verified = await _call(client, "verify")
        listed = await _call(client, "list_deliveries", status="built")
        resource = await client.read_resource(f"streamwright://deliveries/{delivery_id}/files/{path}")
        summary = await client.read_resource(f"streamwright://deliveries/{delivery_id}")

    assert waited.structured_content["outcome"] == "built"
    assert told[-1] == "built"
    assert (found["submitted_by"], found["requirement"]) == ("ada", _NOTES)
    assert found["tests"]["passed"] > 0
    assert found["tests"]["failed"] == 0
    assert {story["result"] for story in found["stories"]} == {"passed"}
    assert (found["test_reports"][0]["outcome"], found["builds"][0]["outcome"]) == ("passed", "completed")
    events = [event["event_type"] for event in timeline["items"]]
    assert (events[0], "BuildCompleted" in events) == ("RequirementSubmitted", True)
    assert "FastAPI" in text
    assert resource.contents[0].text == text  # type: ignore[union-attr]
    assert json.loads(summary.contents[0].text)["delivery_id"] == delivery_id  # type: ignore[union-attr]
    assert len(replayed["timeline"]) == len(events)
    assert replayed["states"]["delivery-saga"]["status"]
    assert (verified["sound"], verified["mismatches"]) == (True, [])
    assert verified["verified"] == verified["events"] >= len(events)
    assert [each["delivery_id"] for each in listed["items"]] == [delivery_id]


async def test_given_questions_when_answered_cancelled_and_retried_by_tools_then_each_is_seen(
    config: Settings,
) -> None:
    async with _client(config) as client:
        submitted = await _call(client, "submit_requirement", requirement="Make everything better.")
        delivery_id = submitted["delivery_id"]
        asked = await _call(
            client, "wait_for_delivery", delivery_id=delivery_id, after=submitted["position"], seconds=120
        )
        answers = {question["id"]: _NOTES for question in asked["questions"]}
        answered = await _call(client, "answer_clarification", delivery_id=delivery_id, answers=answers)
        cancelled = await _call(client, "cancel", delivery_id=delivery_id, reason="not needed")
        retried = await _call(client, "retry", delivery_id=delivery_id, reason="needed after all")
        found = await _call(client, "get_delivery", delivery_id=delivery_id, after=retried["position"])
        timeline = await _call(client, "get_timeline", delivery_id=delivery_id)

    assert asked["outcome"] == "clarification"
    assert {each["question_id"] for each in found["answers"]} == set(answers)
    of_ada = [event["event_id"] for event in timeline["items"] if event["actor"] == "user:ada"]
    assert of_ada == [each["event_id"] for each in (submitted, answered, cancelled, retried)]


async def test_given_wrong_arguments_when_called_then_the_error_says_what_why_and_what_to_do(
    config: Settings,
) -> None:
    async with _client(config) as client:
        blank = await _error(client, "submit_requirement", requirement="  ")
        nobody = await _error(client, "get_delivery", delivery_id=_NOBODY)
        unknown = await _error(client, "cancel", delivery_id=_NOBODY)
        unnamed = await _error(client, "cancel", delivery_id="")
        outside = await _error(
            client, "read_generated_file", delivery_id=f"{_NOBODY}/../..", path="../../../etc/passwd"
        )
        moment = await _error(client, "replay_delivery", delivery_id=_NOBODY, at="soon")
        with pytest.raises(MCPError) as refused:
            await client.read_resource(f"streamwright://deliveries/{_NOBODY}")

    assert blank == (
        "Reading the requirement from the argument: it is empty. "
        "What to do: Say what data the service keeps and what people do with it"
    )
    for message in (nobody, unknown, unnamed, outside, moment, str(refused.value)):
        assert ": " in message
        assert "What to do: " in message
    assert _NOBODY in nobody
    assert "ISO 8601" in moment


async def test_given_the_server_when_listed_then_tools_tell_their_arguments_and_whether_they_write(
    config: Settings,
) -> None:
    async with _client(config) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        resources = [str(each.uri) for each in (await client.list_resources()).resources]
        described = await client.read_resource("streamwright://asyncapi")

    writing = {
        name for name, tool in tools.items() if not (tool.annotations and tool.annotations.read_only_hint)
    }
    assert writing == {"submit_requirement", "answer_clarification", "cancel", "retry"}
    assert all(tool.description for tool in tools.values())
    for tool in tools.values():
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), f"{tool.name}.{name}"
    assert "streamwright://deliveries" in resources
    assert json.loads(described.contents[0].text)["asyncapi"] == "3.0.0"  # type: ignore[union-attr]


def test_given_a_first_call_that_starts_processes_when_answered_then_only_messages_are_on_standard_output(
    config: Settings, tmp_path: Path
) -> None:
    down(config, print)
    messages = [
        {
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "by hand", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "list_deliveries", "arguments": {}}},
    ]
    with (tmp_path / "errors").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, *_COMMAND],
            env=_environment(config),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdin is not None and process.stdout is not None
        for message in messages:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        lines: list[dict[str, Any]] = []
        while not any(line.get("id") == 2 for line in lines):
            lines.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait(30) == 0

    assert rest == ""
    assert [line["id"] for line in lines if "id" in line] == [1, 2]
    assert all(line["jsonrpc"] == "2.0" for line in lines)
    assert "items" in lines[-1]["result"]["structuredContent"]
