from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kafka.log import LogRecord
from schemas.codec import Codec, replace_envelope
from schemas.envelope import Event
from streams.audit.recorded_log import by_delivery_of, decode, delivery_of, whole_deliveries
from tests.unit.streams.audit.recorded_histories import history

OTHER = "00000000-0000-4000-8000-000000000000"


def recorded(event: Event, key: bytes) -> LogRecord:
    return LogRecord("t", 0, 0, key, Codec().encode(event), (), 0)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_given_any_event_and_key_when_its_delivery_is_asked_for_then_it_is_that_of_the_envelope(
    seed: int, has_own_key: bool
) -> None:
    for record in history(seed)[:6]:
        event = replace_envelope(record.event, stream_id=f"user:{OTHER}")
        delivery = event.envelope.delivery_id
        key = delivery if has_own_key else OTHER

        assert delivery_of(recorded(event, key.encode()), Codec()) == delivery


@settings(deadline=None)
@given(st.binary(max_size=120), st.binary(max_size=40))
def test_given_any_bytes_when_their_delivery_is_asked_for_then_the_key_tells_it(
    value: bytes, key: bytes
) -> None:
    record = LogRecord("t", 0, 0, key, value, (), 0)

    assert delivery_of(record, Codec()) == key.decode(errors="replace")


def test_given_a_log_larger_than_memory_when_split_then_deliveries_stay_whole_and_in_order() -> None:
    logs = [history(seed) for seed in range(30)]
    rows = [record for together in zip(*logs, strict=False) for record in together]
    records = [
        LogRecord("t", 0, offset, row.key.encode(), Codec().encode(row.event), (), 0)
        for offset, row in enumerate(rows)
    ]

    parts = list(whole_deliveries(records, Codec(), memory_bytes=1_000))

    assert len(parts) > 10
    assert sorted(record.offset for part in parts for record in part) == list(range(len(records)))
    deliveries = [delivery for part in parts for delivery in by_delivery_of(part, Codec())]
    assert len(deliveries) == len({record.key for record in records})
    for delivery in deliveries:
        assert [r.offset for r in delivery] == sorted(r.offset for r in delivery)
        assert len(decode(delivery, Codec()).events) == len(delivery)
