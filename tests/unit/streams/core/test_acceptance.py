from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from connectors.kafka.user_events import user_event
from schemas.codec import replace_envelope
from schemas.envelope import Event
from schemas.errors import DecodeError
from schemas.events.feature import BackendFailed
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import FEATURE_EVENTS, OUTCOME_EVENTS, REQUIREMENT_EVENTS
from streams.agents.registry import DECIDERS
from streams.core.acceptance import check
from streams.core.identity import record

REQUIREMENT = user_event(RequirementSubmitted(requirement="Members borrow books"))


def recorded(number: int = 1) -> Event:
    """The last of so many events that the backend developer records upon one cause."""
    return record(
        [BackendFailed(attempt=1, reason="no room")] * number,
        service="backend-developer",
        version="1",
        cause=REQUIREMENT.envelope,
        stream_version=1,
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
    )[-1]


def checked(event: Event, topic: str, key: bytes | None = None) -> None:
    check("there", topic, event.envelope.delivery_id.encode() if key is None else key, event, DECIDERS)


@pytest.mark.parametrize("number", [1, 2, 60])
def test_given_events_of_one_decision_when_checked_then_each_is_accepted(number: int) -> None:
    checked(recorded(number), FEATURE_EVENTS)


def test_given_an_event_of_people_when_checked_then_any_identity_is_accepted() -> None:
    checked(replace_envelope(REQUIREMENT, stream_id="mine", actor="somebody"), REQUIREMENT_EVENTS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda event: replace_envelope(event, event_id=str(uuid.uuid4())), "its id is not one"),
        (lambda event: replace_envelope(event, causation_id=""), "its id is not one"),
        (lambda event: replace_envelope(event, actor="frontend-developer/1"), "not one of its actor"),
        (lambda event: replace_envelope(event, actor="user:ada"), "not one of its actor"),
        (lambda event: replace_envelope(event, stream_id="backend-developer:7"), "not one of its actor"),
        (lambda event: replace_envelope(event, traceparent="0" * 1_001), "the traceparent of its envelope"),
    ],
)
def test_given_an_event_that_its_service_has_not_made_when_checked_then_it_is_refused(
    change: Callable[[Event], Event], told: str
) -> None:
    with pytest.raises(DecodeError, match=told):
        checked(change(recorded()), FEATURE_EVENTS)


@pytest.mark.parametrize(
    ("topic", "key", "told"),
    [
        (OUTCOME_EVENTS, None, "belongs to the topic feature-events"),
        (FEATURE_EVENTS, b"\xff", "is not its delivery id"),
    ],
)
def test_given_a_record_out_of_its_place_when_checked_then_it_is_refused(
    topic: str, key: bytes | None, told: str
) -> None:
    with pytest.raises(DecodeError, match=told):
        checked(recorded(), topic, key)
