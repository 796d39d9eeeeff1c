"""The inbox processes records without a gap, or not at all."""

from __future__ import annotations

import pytest

from connectors.kafka.log import LogRecord
from connectors.kafka.user_events import user_event
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.errors import HistoryError
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import REQUIREMENT_EVENTS
from tests.integration.streams.service_process import RunningService

_PLACE = (REQUIREMENT_EVENTS, 0)


def _submitted(offset: int) -> LogRecord:
    event = user_event(RequirementSubmitted(requirement="Teams share books"))
    key = event.envelope.delivery_id.encode()
    return LogRecord(*_PLACE, offset, key, Codec().encode(event), (), 0)


def test_given_a_store_behind_the_source_when_a_batch_comes_then_it_is_refused_and_nothing_is_saved(
    prepared: Settings,
) -> None:
    saga = RunningService(prepared, "delivery-saga")
    saga.inbox.handle([_submitted(0), _submitted(2)], {_PLACE: 0})

    with pytest.raises(HistoryError, match=r"stands at 3.*would be skipped"):
        saga.inbox.handle([_submitted(7)], {_PLACE: 6})

    assert saga.store.positions([_PLACE]) == {_PLACE: 3}
    assert saga.store.max_notification_id() == 2


def test_given_a_batch_that_overlaps_what_was_processed_when_handled_then_only_the_rest_counts(
    prepared: Settings,
) -> None:
    saga = RunningService(prepared, "delivery-saga")
    first, second, third = _submitted(0), _submitted(1), _submitted(2)
    saga.inbox.handle([first, second], {_PLACE: 0})

    assert saga.inbox.handle([second, third], {_PLACE: 1}) == 1

    assert saga.store.positions([_PLACE]) == {_PLACE: 3}
