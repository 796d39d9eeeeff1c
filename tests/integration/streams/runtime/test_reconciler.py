from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.postgres.roles import schema_of, service_url
from connectors.settings import Settings
from deploy.local.ports import free_ports
from deploy.local.services import environment_of
from schemas.codec import Codec, replace_envelope
from schemas.events.outcome import DeliverySucceeded
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import EVENT_TOPICS, REQUIREMENT_EVENTS
from streams.agents.registry import DECIDERS, topics_of
from streams.audit.findings import Verification
from streams.audit.whole_log import verify_log
from streams.runtime.reconciler import Reconciliation, reconcile
from streams.runtime.reconciling import ReconcilerMetrics
from streams.runtime.store import EventStore, PartitionKey, Saving
from tests.integration.connectors.command_line.command import streamwright
from tests.integration.connectors.command_line.test_dlq_command import BrokenSaga
from tests.integration.streams.pipeline.running_services import RunningServices, wait_for
from tests.integration.streams.service_process import RunningService, run_to_the_end, running
from tests.unit.streams.audit.recorded_histories import REQUIREMENT

EVENTS_OF_A_SUCCESS = 15


def submit(config: Settings, count: int = 1, requirement: str = REQUIREMENT) -> None:
    events = [user_event(RequirementSubmitted(requirement=requirement)) for _ in range(count)]
    Publisher(config.kafka_brokers).publish_all(events)


def ends(config: Settings, service: str) -> dict[PartitionKey, int]:
    """Next offset of each partition that the service reads."""
    records = read_log(config.kafka_brokers, topics_of(DECIDERS[service]))
    return {(record.topic, record.partition): record.offset + 1 for record in records}


@contextmanager
def store_of(config: Settings, service: str) -> Iterator[EventStore]:
    store = EventStore(service_url(config.database_url, service), schema_of(service))
    with closing(store.datastore):
        yield store


def skip_all_records(config: Settings, service: str) -> None:
    """Move the service's position past what its topics have, as if it had reacted."""
    with store_of(config, service) as store:
        now = ends(config, service)
        store.save(Saving(positions={k: v for k, v in now.items() if v > store.positions([k])[k]}))


def reconciled(config: Settings, **options: bool | float) -> Reconciliation:
    return reconcile(
        config.kafka_brokers,
        config.database_url,
        Codec(),
        **{"grace_seconds": 0.0, **options},  # type: ignore[arg-type]
    )


def verified(config: Settings) -> Verification:
    return verify_log(config.kafka_brokers, Codec()).result


def event_types(config: Settings) -> Counter[str]:
    records = read_log(config.kafka_brokers, EVENT_TOPICS)
    return Counter(Codec().decode(record.value or b"").envelope.event_type for record in records)


@pytest.mark.parametrize("skipping", sorted(DECIDERS))
def test_given_a_service_that_skipped_its_events_when_reconciled_then_the_delivery_completes_and_verifies(
    prepared: Settings, skipping: str
) -> None:
    submit(prepared)
    services = {name: RunningService(prepared, name) for name in DECIDERS}
    with running(list(services.values())):
        run_to_the_end([service for name, service in services.items() if name != skipping])
        skip_all_records(prepared, skipping)
        run_to_the_end(list(services.values()))

        before = verified(prepared)
        assert before.mismatches == ()
        assert {each.service for each in before.pending} == {skipping}

        looked = reconciled(prepared, is_dry_run=True)
        assert {each.status for each in looked.reactions} == {"missing"}
        assert verified(prepared).pending == before.pending

        found = reconciled(prepared)
        assert {(each.owed.service, each.status) for each in found.reactions} == {(skipping, "driven")}
        assert len(found.reactions) == len(before.pending)
        run_to_the_end(list(services.values()))
        again = reconciled(prepared)

    after = verified(prepared)
    assert (after.mismatches, after.pending) == ((), ())
    assert after.verified == after.events == EVENTS_OF_A_SUCCESS
    assert event_types(prepared)[DeliverySucceeded.__name__] == 1
    assert again.reactions == ()


def test_given_records_that_a_service_has_not_come_to_when_reconciled_then_they_are_left_to_it(
    prepared: Settings,
) -> None:
    submit(prepared)

    found = reconciled(prepared)

    assert {(each.owed.service, each.status) for each in found.reactions} == {
        ("business-analyzer", "unread"),
        ("delivery-saga", "unread"),
    }
    with store_of(prepared, "delivery-saga") as store:
        assert store.max_notification_id() is None


def test_given_an_event_younger_than_the_grace_time_when_reconciled_then_it_is_not_missing(
    prepared: Settings,
) -> None:
    submit(prepared)
    skip_all_records(prepared, "delivery-saga")

    assert reconciled(prepared, grace_seconds=60.0).reactions == ()


def test_given_a_reaction_that_is_not_published_yet_when_reconciled_then_it_is_settled(
    prepared: Settings,
) -> None:
    submit(prepared)
    with store_of(prepared, "delivery-saga"):
        RunningService(prepared, "delivery-saga").read()

    statuses = {each.owed.service: each.status for each in reconciled(prepared).reactions}

    assert statuses["delivery-saga"] == "settled"


def test_given_a_service_that_reacts_meanwhile_when_records_are_driven_then_each_has_one_reaction(
    prepared: Settings,
) -> None:
    deliveries = 40
    submit(prepared, deliveries)
    reader, driver = (RunningService(prepared, "delivery-saga") for _ in range(2))
    records = list(read_log(prepared.kafka_brokers, topics_of(reader.decider)))
    start = threading.Barrier(2)
    saved: list[int] = []

    def one_by_one(take: Callable[[Sequence[LogRecord]], int]) -> None:
        start.wait()
        saved.extend(take([record]) for record in records)

    threads = [
        threading.Thread(target=one_by_one, args=(take,))
        for take in (reader.inbox.handle, driver.inbox.redrive)
    ]
    with running([reader]):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        reader.publish()
    driver.store.datastore.close()

    assert sum(saved) == deliveries
    assert event_types(prepared)["DeliveryStarted"] == deliveries
    assert verified(prepared).mismatches == ()


def skipped_by_the_analyzer(config: Settings) -> None:
    submit(config, requirement="{}")
    skip_all_records(config, "business-analyzer")


def test_given_a_running_process_and_a_skipped_event_when_the_command_runs_then_the_delivery_goes_on(
    prepared: Settings, tmp_path: Path
) -> None:
    skipped_by_the_analyzer(prepared)
    metrics = tmp_path / "reconciler.prom"
    arguments = ("reconcile", "--grace", "0", "--metrics-file", str(metrics), "--json")
    services = RunningServices(prepared)
    try:
        services.start("business-analyzer")
        ran = streamwright(prepared, *arguments)
        wait_for(lambda: event_types(prepared)["SpecificationWritten"] == 1, 120, "it did not go on")
    finally:
        services.stop()
    again = streamwright(prepared, *arguments)

    assert ran.code == again.code == 0, ran.told + again.told
    assert told(ran.answer) == {"business-analyzer": "driven", "delivery-saga": "unread"}
    assert (ran.answer["missing"], ran.answer["driven"], again.answer["missing"]) == (1, 1, 0)
    assert "business-analyzer" not in told(again.answer)
    assert 'reconciler_missing_reactions{service="business-analyzer"} 0.0' in metrics.read_text()
    assert event_types(prepared)["AnalysisStarted"] == 1


def told(answer: dict[str, object]) -> dict[str, str]:
    """What became of the reaction that each service owed."""
    reactions = answer["reactions"]
    assert isinstance(reactions, list)
    return {each["service"]: each["status"] for each in reactions}


def test_given_what_a_run_found_when_metrics_are_written_then_they_count_it_by_service(
    prepared: Settings, tmp_path: Path
) -> None:
    submit(prepared, 3)
    skip_all_records(prepared, "delivery-saga")

    metrics = ReconcilerMetrics()
    metrics.tell(reconciled(prepared))
    metrics.write(tmp_path / "metrics" / "reconciler.prom")

    text = (tmp_path / "metrics" / "reconciler.prom").read_text()
    assert 'reconciler_missing_reactions{service="delivery-saga"} 3.0' in text
    assert 'reconciler_driven_reactions{service="delivery-saga"} 3.0' in text
    assert 'reconciler_missing_reactions{service="deployment"} 0.0' in text


def test_given_an_event_from_a_clock_far_ahead_when_it_was_skipped_then_it_is_driven(
    prepared: Settings,
) -> None:
    event = user_event(RequirementSubmitted(requirement=REQUIREMENT))
    ahead = replace_envelope(event, occurred_at=datetime(9999, 1, 1, tzinfo=UTC))
    Publisher(prepared.kafka_brokers).publish(ahead)
    skip_all_records(prepared, "delivery-saga")

    found = reconciled(prepared, grace_seconds=60.0)

    assert {each.owed.service: each.status for each in found.reactions}["delivery-saga"] == "driven"


def test_given_a_decider_that_raises_when_its_letter_is_not_published_yet_then_it_has_no_second_one(
    prepared: Settings,
) -> None:
    submit(prepared)
    (record,) = read_log(prepared.kafka_brokers, [REQUIREMENT_EVENTS])
    broken = RunningService(prepared, "delivery-saga", BrokenSaga())
    assert broken.inbox.handle([record]) == 1

    assert broken.inbox.redrive([record]) == 0
    assert broken.inbox.has_reacted(record)
    broken.store.datastore.close()


def test_given_two_reconcilers_at_once_when_a_service_skipped_then_nothing_is_driven_twice(
    prepared: Settings,
) -> None:
    deliveries = 20
    submit(prepared, deliveries)
    skip_all_records(prepared, "delivery-saga")

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(reconciled, prepared) for _ in range(2)]
        driven = [run.result().count("driven", service="delivery-saga") for run in runs]

    assert sum(driven) == deliveries
    saga = RunningService(prepared, "delivery-saga")
    with running([saga]):
        saga.publish()
    assert event_types(prepared)["DeliveryStarted"] == deliveries
    assert verified(prepared).mismatches == ()


def test_given_the_process_when_an_event_is_skipped_then_it_is_driven_and_sigterm_ends_it(
    prepared: Settings,
) -> None:
    (port,) = free_ports(1)
    event = user_event(RequirementSubmitted(requirement=REQUIREMENT))
    long_ago = replace_envelope(event, occurred_at=datetime(2020, 1, 1, tzinfo=UTC))
    Publisher(prepared.kafka_brokers).publish(long_ago)
    skip_all_records(prepared, "delivery-saga")
    environment = environment_of(prepared) | {"STREAMWRIGHT_HTTP_PORT": str(port)}

    process = subprocess.Popen([sys.executable, "-m", "streams.runtime.reconciling"], env=environment)
    try:
        wait_for(
            lambda: 'reconciler_driven_total{service="delivery-saga"} 1.0' in page(port), 60, "not driven"
        )
        assert httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()


def page(port: int) -> str:
    """The metrics, '' while they are not served."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics").text
    except httpx.HTTPError:
        return ""
