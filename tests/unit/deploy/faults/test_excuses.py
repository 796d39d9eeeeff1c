"""When another outcome than the expected one is no finding."""

from __future__ import annotations

import json

import pytest

from deploy.faults.checker.chains import check_chain, deliveries_of, number_excused
from deploy.faults.checker.evidence import LoggedEvent

_FULL = "OSError: [Errno 28] No space left on device: '/artefacts/.incoming'"


def _event(offset: int, event_type: str, attempt: int, **facts: object) -> LoggedEvent:
    return LoggedEvent(
        topic="events",
        partition=0,
        offset=offset,
        key="d",
        event_id=str(offset),
        event_type=event_type,
        delivery="d",
        stream="s:d",
        version=offset,
        cause="",
        attempt=attempt,
        facts=facts,
        digest=b"",
    )


def _log(reason: str) -> list[LoggedEvent]:
    """A requirement that is to be built, and whose analysis fails."""
    return [
        _event(0, "RequirementSubmitted", 0, requirement=json.dumps({"expects": ["built"]})),
        _event(1, "DeliveryStarted", 1),
        _event(2, "AnalysisStarted", 1),
        _event(3, "AnalysisFailed", 1, reason=reason),
        _event(4, "DeliveryFailed", 1, reason=reason),
    ]


def test_given_a_step_without_room_when_checked_then_its_failure_is_right() -> None:
    (delivery,) = deliveries_of(_log(_FULL))

    assert not any(check_chain(delivery).counts().values())
    assert number_excused(_log(_FULL)) == 1


@pytest.mark.parametrize("reason", ["", "KeyError: 'space'"])
def test_given_a_step_that_fails_otherwise_when_checked_then_the_outcome_is_wrong(reason: str) -> None:
    (delivery,) = deliveries_of(_log(reason))

    counts = check_chain(delivery).counts()

    assert {name: number for name, number in counts.items() if number} == {"wrong_state": 1}
    assert number_excused(_log(reason)) == 0


def test_given_a_step_without_room_when_nothing_follows_then_it_is_missing_still() -> None:
    (delivery,) = deliveries_of(_log(_FULL)[:-1])

    assert check_chain(delivery).missing
