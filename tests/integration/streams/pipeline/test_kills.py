"""Services killed, stopped and frozen in the midst of deliveries: each event is still there, and once."""

from __future__ import annotations

import signal
import time
from collections import Counter
from random import Random

from connectors.settings import Settings
from schemas.codec import Codec
from streams.agents.registry import DECIDERS
from streams.audit.whole_log import verify_log
from tests.integration.streams.pipeline.running_services import RunningServices, running_services

_DELIVERIES = 60
_EVENTS_OF_A_SUCCESS = 15
_KILLS = 8


def test_given_deliveries_under_way_when_services_are_killed_then_nothing_is_lost_and_nothing_twice(
    prepared: Settings,
) -> None:
    random = Random(20261124)
    with running_services(prepared) as services:
        deliveries = [services.submit() for _ in range(_DELIVERIES)]
        for _ in range(_KILLS):
            _disturb(services, random)
        log = services.wait_for_end(deliveries, seconds=120)

    per_delivery = Counter(event.envelope.delivery_id for event in log)
    assert {per_delivery[delivery] for delivery in deliveries} == {_EVENTS_OF_A_SUCCESS}
    assert max(Counter(event.envelope.event_id for event in log).values()) == 1
    verified = verify_log(prepared.kafka_brokers, Codec()).result
    assert verified.mismatches == ()
    assert verified.verified == _DELIVERIES * _EVENTS_OF_A_SUCCESS


def _disturb(services: RunningServices, random: Random) -> None:
    """Kill, drain or freeze one service, and let it come back."""
    name = random.choice(sorted(DECIDERS))
    time.sleep(random.uniform(0.1, 0.6))
    way = random.choice(["kill", "drain", "freeze"])
    if way == "freeze":
        services.signal(name, signal.SIGSTOP)
        time.sleep(random.uniform(0.5, 1.5))
        services.signal(name, signal.SIGCONT)
        return
    services.kill(name, signal.SIGKILL if way == "kill" else signal.SIGTERM)
    services.start(name)
