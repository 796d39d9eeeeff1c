from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from connectors.kafka.headers import headers_of
from connectors.kafka.log import LogRecord, read_log
from connectors.kafka.position import Position
from connectors.settings import Settings
from schemas.codec import Codec, replace_envelope
from schemas.events.outcome import DeliverySucceeded
from schemas.topics import EVENT_TOPICS, OUTCOME_EVENTS, dead_letter_topic
from streams.audit.checkpoints.checking import CheckpointCheck
from streams.audit.checkpoints.keys import signing_key
from streams.audit.checkpoints.making import make_checkpoints
from streams.audit.findings import Mismatch
from streams.audit.whole_log import LogVerification, verify_log
from tests.integration.connectors.command_line.command import streamwright
from tests.integration.streams.audit.published_histories import many_histories, publish, publish_bytes
from tests.servers import delete_topics
from tests.unit.streams.audit.recorded_histories import successful_history

Records = list[LogRecord]


def verified(brokers: str, folder: Path, key: Path | None = None) -> LogVerification:
    return verify_log(brokers, Codec(), checkpoints=CheckpointCheck(folder, key))


def since_checkpoint(found: LogVerification) -> list[Mismatch]:
    return [each for each in found.result.mismatches if "checkpoint" in each.kind]


def publish_anew(brokers: str, records: Sequence[LogRecord]) -> list[Position]:
    """The records in this order, in topics that are new and empty."""
    delete_topics(brokers)
    rows = [(each.position, each.key, each.value, list(each.headers)) for each in records]
    return publish_bytes(brokers, rows)


def place_of(records: Records, payload: type) -> int:
    codec = Codec()
    return next(n for n, r in enumerate(records) if type(codec.decode(r.value or b"").payload) is payload)


@pytest.fixture
def true_log(clean_brokers: str, tmp_path: Path) -> Records:
    """A log with checkpoints of it in `tmp_path`."""
    publish(clean_brokers, [*many_histories(10, seed=500), *successful_history()])
    make_checkpoints(clean_brokers, tmp_path)
    return list(read_log(clean_brokers, EVENT_TOPICS))


def test_given_a_log_that_grew_when_verified_then_what_came_before_and_after_checkpoints_is_as_it_was(
    clean_brokers: str, true_log: Records, tmp_path: Path
) -> None:
    publish(clean_brokers, many_histories(3, seed=900))

    partly = verified(clean_brokers, tmp_path)
    further = make_checkpoints(clean_brokers, tmp_path)
    wholly = verified(clean_brokers, tmp_path)

    assert partly.result.mismatches == wholly.result.mismatches == ()
    assert partly.covered == len(true_log) < wholly.covered == wholly.result.events
    assert further and make_checkpoints(clean_brokers, tmp_path) == []


def test_given_no_checkpoints_when_verified_then_nothing_is_covered_and_nothing_is_found(
    clean_brokers: str, tmp_path: Path
) -> None:
    publish(clean_brokers, successful_history())

    found = verified(clean_brokers, tmp_path / "none")

    assert (found.covered, found.result.mismatches) == (0, ())


def altered(log: Records, index: int) -> Records:
    """An event that the deciders cannot tell from the true one: its time is another."""
    event = Codec().decode(log[index].value or b"")
    moment = event.envelope.occurred_at.replace(microsecond=1)
    forged = replace_envelope(event, occurred_at=moment)
    headers = tuple((name, bytes(str(value), "utf-8") if isinstance(value, str) else value or b"")
                    for name, value in headers_of(forged.envelope))  # fmt: skip
    return [
        *log[:index],
        log[index]._replace(value=Codec().encode(forged), headers=headers),
        *log[index + 1 :],
    ]


def dropped(log: Records, index: int) -> Records:
    return [*log[:index], *log[index + 1 :]]


def inserted(log: Records, index: int) -> Records:
    return [*log[:index], log[index]._replace(key=b"intruder"), *log[index:]]


def reordered(log: Records, index: int) -> Records:
    """It changes its place with the next one of its partition."""
    place = (log[index].topic, log[index].partition)
    other = next(n for n in range(index + 1, len(log)) if (log[n].topic, log[n].partition) == place)
    mixed = list(log)
    mixed[index], mixed[other] = log[other], log[index]
    return mixed


@pytest.mark.parametrize("tamper", [altered, dropped, inserted, reordered])
def test_given_topics_with_one_change_when_verified_then_the_first_record_that_differs_is_named(
    clean_brokers: str, true_log: Records, tmp_path: Path, tamper: Callable[[Records, int], Records]
) -> None:
    index = next(n for n, r in enumerate(true_log) if r.topic == OUTCOME_EVENTS and r.offset == 1)
    publish_anew(clean_brokers, tamper(true_log, index))

    (named,) = since_checkpoint(verified(clean_brokers, tmp_path))

    assert named.kind == f"{tamper.__name__}_since_checkpoint"
    assert named.position == true_log[index].position
    assert "1 records before it are as they were" in named.why


def test_given_a_log_cut_at_its_end_when_verified_then_the_first_that_is_gone_is_named(
    clean_brokers: str, true_log: Records, tmp_path: Path
) -> None:
    index = place_of(true_log, DeliverySucceeded)
    place = (true_log[index].topic, true_log[index].partition)
    offset = true_log[index].offset
    cut = [r for r in true_log if (r.topic, r.partition) != place or r.offset < offset]
    publish_anew(clean_brokers, cut)

    found = since_checkpoint(verified(clean_brokers, tmp_path))

    assert [(each.kind, each.position) for each in found] == [
        ("dropped_since_checkpoint", true_log[index].position)
    ]


def test_given_a_change_that_the_deciders_cannot_see_when_verified_then_only_checkpoints_tell(
    clean_brokers: str, true_log: Records, tmp_path: Path
) -> None:
    index = place_of(true_log, DeliverySucceeded)
    publish_anew(clean_brokers, altered(true_log, index))

    assert verify_log(clean_brokers, Codec()).result.mismatches == ()
    found = verified(clean_brokers, tmp_path)

    (named,) = found.result.mismatches
    assert named.position == true_log[index].position
    assert named.event_type == "DeliverySucceeded"
    assert named.delivery_id == (true_log[index].key or b"").decode()
    assert found.result.verified == found.result.events - 1


def test_given_a_dead_letter_that_was_changed_when_verified_then_it_is_named(
    clean_brokers: str, tmp_path: Path
) -> None:
    place = Position(dead_letter_topic(OUTCOME_EVENTS), 0, 0)
    publish_bytes(clean_brokers, [(place, b"key", b"bytes", [])])
    make_checkpoints(clean_brokers, tmp_path)
    delete_topics(clean_brokers)
    publish_bytes(clean_brokers, [(place, b"key", b"others", [])])

    (named,) = CheckpointCheck(tmp_path).findings(clean_brokers)

    assert (named.kind, named.position) == ("altered_since_checkpoint", place)


def test_given_checkpoints_forged_with_a_key_of_ones_own_when_verified_with_the_kept_key_then_refused(
    clean_brokers: str, true_log: Records, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.pem"
    shutil.copy(tmp_path / "public-key.pem", kept)
    publish_anew(clean_brokers, altered(true_log, place_of(true_log, DeliverySucceeded)))
    forged = tmp_path / "forged"
    make_checkpoints(clean_brokers, forged)

    assert verified(clean_brokers, forged).result.mismatches == ()
    found = since_checkpoint(verified(clean_brokers, forged, kept))

    assert found and {each.kind for each in found} == {"invalid_checkpoint"}
    assert signing_key(forged) is not None


def test_given_the_commands_when_a_checkpoint_is_made_and_the_log_changed_then_verify_ends_with_code_1(
    prepared: Settings,
) -> None:
    publish(prepared.kafka_brokers, successful_history())
    log = list(read_log(prepared.kafka_brokers, EVENT_TOPICS))

    made = streamwright(prepared, "audit", "checkpoint", "--json")
    before = streamwright(prepared, "audit", "verify", "--json")
    index = place_of(log, DeliverySucceeded)
    publish_anew(prepared.kafka_brokers, altered(log, index))
    after = streamwright(prepared, "audit", "verify", "--json")

    assert (made.code, before.code, after.code) == (0, 0, 1), made.told + before.told + after.told
    assert made.answer["checkpoints"]
    assert (before.answer["under_checkpoints"], before.answer["verified"]) == (len(log), len(log))
    (named,) = after.answer["mismatches"]  # type: ignore[misc]
    assert named["kind"] == "altered_since_checkpoint"  # type: ignore[index]
    assert named["position"] == str(log[index].position)  # type: ignore[index]
