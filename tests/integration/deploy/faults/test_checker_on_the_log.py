"""The checker against defects planted in real topics: it finds each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.kafka.log import LogRecord
from connectors.settings import Settings
from deploy.faults.checker.evidence import Findings
from tests.integration.deploy.faults.rig import Rig, decoded, replanted

_Records = list[LogRecord]
_CLEAN = {"missing": 0, "duplicated": 0, "out_of_order": 0, "wrong_state": 0}


def _index(records: _Records, event_type: str) -> int:
    return next(n for n, record in enumerate(records) if decoded(record).envelope.event_type == event_type)


def _without(event_type: str) -> Callable[[_Records], _Records]:
    def plant(records: _Records) -> _Records:
        del records[_index(records, event_type)]
        return records

    return plant


def _twice(event_type: str) -> Callable[[_Records], _Records]:
    return lambda records: [*records, records[_index(records, event_type)]]


def _swapped(first: str, second: str) -> Callable[[_Records], _Records]:
    def plant(records: _Records) -> _Records:
        here = _index(records, first)
        there = next(
            n
            for n, record in enumerate(records)
            if n != here and record.key == records[here].key and decoded(record).envelope.event_type == second
        )
        records[here], records[there] = records[there], records[here]
        return records

    return plant


def test_given_the_log_as_it_was_when_checked_then_nothing_is_found(sound: Rig, prepared: Settings) -> None:
    assert replanted(sound, prepared, lambda records: records).findings() == Findings()


@pytest.mark.parametrize(
    "event_type",
    ["RequirementSubmitted", "BackendImplemented", "TestsStarted", "DeliverySucceeded", "BackendDiscarded"],
)
def test_given_an_event_lost_when_checked_then_it_is_missing(
    sound: Rig, prepared: Settings, event_type: str
) -> None:
    found = replanted(sound, prepared, _without(event_type)).findings()

    assert any(event_type in told or "stored but not in the log" in told for told in found.missing)
    assert found.duplicated == found.out_of_order == []


def test_given_an_event_published_twice_when_checked_then_it_is_duplicated(
    sound: Rig, prepared: Settings
) -> None:
    found = replanted(sound, prepared, _twice("BuildCompleted")).findings()

    # By its id, by its version in the stream, and as something that happens once in an attempt.
    assert found.counts() == {**_CLEAN, "duplicated": 3}


def test_given_two_events_of_a_stream_swapped_when_checked_then_one_is_out_of_order(
    sound: Rig, prepared: Settings
) -> None:
    found = replanted(sound, prepared, _swapped("FeatureCreated", "FeatureCreated")).findings()

    assert found.counts() == {**_CLEAN, "out_of_order": 1}


def test_given_steps_undone_in_another_order_when_checked_then_the_state_is_wrong(
    sound: Rig, prepared: Settings
) -> None:
    found = replanted(sound, prepared, _swapped("TestsDiscarded", "FrontendDiscarded")).findings()

    assert [told for told in found.wrong_state if "in another order than the reverse" in told]
