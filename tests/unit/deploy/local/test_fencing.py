"""What a controller's log tells about the broker's registration."""

from __future__ import annotations

import pytest

from deploy.local.fencing import is_fenced

_STARTED = "2026-01-01 INFO KafkaRaftServer: [KafkaRaftServer nodeId=1] Kafka Server started"
_ACTIVE = "2026-01-01 WARN QuorumController: [QuorumController id=1] Performing controller activation."
_HEAD = "2026-01-01 INFO ClusterControlManager: [QuorumController id=1] Replayed "
_REGISTERED = (
    _HEAD + "initial RegisterBrokerRecord for broker 1: RegisterBrokerRecord(brokerId=1, incarnationId=x, "
    "endPoints=[BrokerEndpoint(name='PLAINTEXT', port=1)], rack=null, fenced=true, logDirs=[y])"
)
_CHANGE = (
    _HEAD + "BrokerRegistrationChangeRecord modifying the registration for broker 1: "
    "BrokerRegistrationChangeRecord(brokerId=1, brokerEpoch=12, fenced={}, inControlledShutdown=0)"
)


@pytest.mark.parametrize(
    ("changes", "fenced"),
    [
        ([], True),
        ([-1], False),
        ([-1, 0], False),
        ([-1, 1], True),
        ([-1, 0, 1], True),
        ([-1, 1, -1], False),
    ],
)
def test_given_registrations_when_read_then_the_last_change_counts(changes: list[int], fenced: bool) -> None:
    log = "\n".join([_REGISTERED, *(_CHANGE.format(change) for change in changes), _STARTED, _ACTIVE])

    assert is_fenced(log) is fenced


def test_given_a_controller_that_has_not_started_when_read_then_it_is_waited_for() -> None:
    assert not is_fenced(_REGISTERED)
    assert not is_fenced("")


def test_given_a_controller_that_still_replays_earlier_starts_when_read_then_it_is_waited_for() -> None:
    log = "\n".join([_REGISTERED, _CHANGE.format(-1), _STARTED, _CHANGE.format(1)])

    assert not is_fenced(log)
    assert not is_fenced("\n".join([log, _REGISTERED, _CHANGE.format(-1), _ACTIVE]))
    assert is_fenced("\n".join([log, _REGISTERED, _CHANGE.format(-1), _ACTIVE, _CHANGE.format(1)]))
