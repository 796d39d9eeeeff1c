"""The format is open: clients that know the documented .avsc file alone publish what the system reads."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest
from filelock import FileLock

from connectors.kafka.log import read_record
from connectors.kafka.position import Position
from connectors.settings import Settings
from deploy.local.java import find_java, find_maven
from schemas.catalogue import BY_NAME
from schemas.codec import Codec
from schemas.events.requirement import RequirementSubmitted
from streams.audit.whole_log import verify_log
from tests.integration.connectors.command_line.command import streamwright
from tests.integration.streams.service_process import RunningService, running

ROOT = Path(__file__).parents[3]
CLIENTS = ROOT / "docs" / "clients"
SCHEMA = ROOT / "schemas" / "avro" / "requirement-events" / "RequirementSubmitted.avsc"
TEXT = "Members borrow books — Ausleihe für 14 Tage. 図書館"


def installed(client: Path, description: str, install: Callable[[Path], None]) -> Path:
    """A cached folder with the packages that the client's description names; installed once."""
    digest = hashlib.sha256((client / description).read_bytes()).hexdigest()[:12]
    folder = platformdirs.user_cache_path("streamwright") / f"client-{client.name}-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock"), timeout=600):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
                fresh = Path(temporary) / "fresh"
                shutil.copytree(client, fresh)
                install(fresh)
                fresh.rename(folder)
    return folder


def with_maven(folder: Path) -> None:
    maven = find_maven()
    assert maven is not None
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={folder / 'jars'}"]
    command = [str(maven), "--batch-mode", "--quiet", "--file", str(folder / "pom.xml"), *goal]
    subprocess.run(command, check=True, capture_output=True, timeout=600)


def with_npm(folder: Path) -> None:
    npm = shutil.which("npm")
    assert npm is not None
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=600)


def java_command() -> list[str]:
    java = find_java()
    assert java is not None
    jars = installed(CLIENTS / "java", "pom.xml", with_maven) / "jars"
    return [str(java.program), "-cp", f"{jars}/*", str(CLIENTS / "java" / "PublishRequirement.java")]


def javascript_command() -> list[str]:
    node = shutil.which("node")
    assert node is not None
    folder = installed(CLIENTS / "javascript", "package.json", with_npm)
    program = folder / "publish-requirement.js"
    shutil.copy(CLIENTS / "javascript" / program.name, program)
    return [node, str(program)]


def python_command() -> list[str]:
    return [sys.executable, str(CLIENTS / "publish_requirement.py")]


@pytest.mark.parametrize("command", [java_command, javascript_command, python_command])
def test_given_a_client_that_knows_the_schema_file_alone_when_it_publishes_then_a_delivery_begins(
    prepared: Settings, command: Callable[[], list[str]], tmp_path: Path
) -> None:
    done = subprocess.run(
        [*command(), prepared.kafka_brokers, str(SCHEMA), TEXT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    delivery, position = done.stdout.split()

    record = read_record(prepared.kafka_brokers, Position.parse(position))
    event = Codec().decode(record.value or b"")
    assert isinstance(event.payload, RequirementSubmitted)
    assert event.payload.requirement == TEXT
    assert record.key == delivery.encode() == event.envelope.delivery_id.encode()

    services = [RunningService(prepared, name) for name in ("business-analyzer", "delivery-saga")]
    with running(services):
        assert [service.read() for service in services] == [1, 1]
        for service in services:
            service.publish()
    result = verify_log(prepared.kafka_brokers, Codec()).result
    assert (result.events, result.verified, result.mismatches) == (3, 3, ())


def test_given_a_client_in_java_when_we_publish_on_its_delivery_then_the_partition_is_the_same(
    prepared: Settings,
) -> None:
    arguments = [prepared.kafka_brokers, str(SCHEMA), TEXT]
    for _ in range(3):
        told = subprocess.run([*java_command(), *arguments], capture_output=True, text=True, check=True)
        delivery, position = told.stdout.split()
        ours = streamwright(prepared, "publish", "cancel", delivery, "--json").answer["position"]
        assert Position.parse(str(ours)).partition == Position.parse(position).partition


def test_given_the_documentation_when_compared_with_the_catalogue_then_its_ids_are_right() -> None:
    text = (ROOT / "docs" / "publishing.md").read_text()
    for name in ("RequirementSubmitted", "ClarificationAnswered", "CancellationRequested", "RetryRequested"):
        event_type = BY_NAME[name]
        assert f"| {name} | {event_type.version} | {event_type.schema_id} | " in text
    for path in (
        "java/PublishRequirement.java",
        "javascript/publish-requirement.js",
        "publish_requirement.py",
    ):
        assert f"SCHEMA_ID = {BY_NAME['RequirementSubmitted'].schema_id}" in (CLIENTS / path).read_text()
