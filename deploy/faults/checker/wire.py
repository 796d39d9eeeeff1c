"""Records to events, straight from the schema files."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

import fastavro
from fastavro.types import Schema

from deploy.faults.checker.evidence import LoggedEvent

_SCHEMAS = Path(__file__).parents[3] / "schemas" / "avro"

# Wire id of each event type that a run publishes, in the version of its schema file.
WIRE_IDS: dict[int, str] = {
    101: "requirement-events/RequirementSubmitted",
    110: "requirement-events/ClarificationAnswered",
    120: "requirement-events/CancellationRequested",
    130: "requirement-events/RetryRequested",
    140: "requirement-events/AnalysisStarted",
    150: "requirement-events/ClarificationRequested",
    160: "requirement-events/AnalysisFailed",
    200: "feature-events/SpecificationWritten",
    210: "feature-events/FeatureCreated",
    220: "feature-events/BackendStarted",
    230: "feature-events/BackendImplemented",
    240: "feature-events/BackendFailed",
    250: "feature-events/FrontendStarted",
    260: "feature-events/FrontendImplemented",
    270: "feature-events/FrontendFailed",
    300: "test-events/TestsStarted",
    310: "test-events/TestsPassed",
    320: "test-events/TestsFailed",
    400: "build-events/BuildStarted",
    410: "build-events/BuildCompleted",
    420: "build-events/BuildFailed",
    500: "compensation-events/CompensationStarted",
    510: "compensation-events/CompensationRequested",
    520: "compensation-events/BuildDiscarded",
    530: "compensation-events/TestsDiscarded",
    540: "compensation-events/FrontendDiscarded",
    550: "compensation-events/BackendDiscarded",
    560: "compensation-events/FeatureDeleted",
    570: "compensation-events/SpecificationDiscarded",
    600: "outcome-events/DeliverySucceeded",
    605: "outcome-events/DeliveryStarted",
    610: "outcome-events/DeliveryPaused",
    620: "outcome-events/DeliveryFailed",
    630: "outcome-events/DeliveryCompensated",
    640: "outcome-events/StepTimedOut",
    690: "outcome-events/ModelCalled",
    700: "outcome-events/AgentTaskStarted",
    710: "outcome-events/AgentNoted",
    720: "outcome-events/AgentTaskFailed",
}
_FACTS = ("step", "plan", "undone", "cause", "failed_step", "reason", "feature_id", "was_done", "number")


@cache
def _schema(wire_id: int) -> Schema:
    return fastavro.parse_schema(json.loads((_SCHEMAS / f"{WIRE_IDS[wire_id]}.avsc").read_text()))


def read_event(topic: str, partition: int, offset: int, key: bytes | None, value: bytes) -> LoggedEvent:
    """The event of a record.

    Raises:
        ValueError: it is not an event of this topic.
    """
    wire_id = int.from_bytes(value[1:5], "big")
    place = WIRE_IDS.get(wire_id)
    if value[:1] != b"\x00" or place is None or not place.startswith(f"{topic}/"):
        raise ValueError(f"{value[:5]!r} is no wire header of {topic}")
    buffer = io.BytesIO(value[5:])
    try:
        plain = cast("dict[str, object]", fastavro.schemaless_reader(buffer, _schema(wire_id), None))
    except Exception as error:
        raise ValueError(f"the bytes do not fit {place}: {error!r}") from error
    if buffer.tell() != len(value) - 5:
        raise ValueError(f"{len(value) - 5 - buffer.tell()} bytes are left over")
    envelope = cast("dict[str, object]", plain["envelope"])
    if envelope["event_type"] != place.split("/")[1]:
        raise ValueError(f"the envelope tells {envelope['event_type']}, the wire id {place}")
    return LoggedEvent(
        topic=topic,
        partition=partition,
        offset=offset,
        key=(key or b"").decode(errors="replace"),
        event_id=str(envelope["event_id"]),
        event_type=str(envelope["event_type"]),
        delivery=str(envelope["delivery_id"]),
        stream=str(envelope["stream_id"]),
        version=cast(int, envelope["stream_version"]),
        cause=str(envelope["causation_id"]),
        attempt=cast(int, plain.get("attempt", 0)),
        facts=_facts(plain),
        digest=digest_of(value),
    )


def digest_of(data: bytes) -> bytes:
    """What two equal texts of bytes have in common."""
    return hashlib.blake2b(data, digest_size=16).digest()


def _facts(plain: Mapping[str, object]) -> dict[str, object]:
    facts = {name: plain[name] for name in _FACTS if name in plain}
    if "feature" in plain:
        facts["feature_id"] = cast("dict[str, object]", plain["feature"])["id"]
    if "requested_by" in plain or "submitted_by" in plain:
        facts["requirement"] = plain.get("requirement", "")
    return facts
