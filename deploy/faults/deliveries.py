"""The deliveries of a fault run: what is asked, and what people do when they see an outcome."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import cast

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from connectors.kafka.headers import headers_of
from connectors.kafka.publisher import producer_settings
from connectors.kafka.user_events import user_event
from deploy.faults.quick_workers import Wishes
from schemas.catalogue import BY_NAME
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events import outcome, requirement
from schemas.events.compensation import Step
from schemas.specification import Answer
from schemas.topics import EVENT_TOPICS
from streams.core.saga import STEPS

_POLL_SECONDS = 0.2
_FLUSH_SECONDS = 120.0
# Of a hundred deliveries: so many just succeed, and so on.
_SHARES = {"plain": 68, "fails": 8, "fails_then_retried": 10, "asks": 6, "cancelled": 6, "slow": 2}
_LONGEST_BEFORE_CANCEL = 2.0


@dataclass(slots=True)
class _Delivery:
    """What still comes of a delivery: an outcome for each payload, and a last one."""

    follow_ups: list[object] = field(default_factory=list)
    cancels: bool = False


class Deliveries:
    """Publishes requirements, follows the log, and answers, retries and cancels.

    Attributes:
        acknowledged: ids of events that the broker has acknowledged.
        recorded: events seen in the log so far.
    """

    def __init__(self, brokers: str, seed: int) -> None:
        self.acknowledged: list[str] = []
        self.recorded = 0
        self.submitted = 0
        self._brokers = brokers
        self._random = Random(seed)
        self._codec = Codec()
        self._open: dict[str, _Delivery] = {}
        self._cancels: list[tuple[float, str]] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        # A broker that is down for long must not lose an event that people believe published.
        self._producer = Producer(
            {
                **producer_settings(brokers),
                "enable.idempotence": True,
                "delivery.timeout.ms": 900_000,
                "log_level": 0,
            }
        )
        self._thread = threading.Thread(target=self._follow, name="deliveries", daemon=True)

    def start(self) -> None:
        """Follow the log from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Follow no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self._producer.flush(_FLUSH_SECONDS)

    @property
    def open(self) -> int:
        """Deliveries whose last outcome has not been seen."""
        return len(self._open)

    def submit(self) -> None:
        """Publish a requirement of some kind."""
        kind = self._random.choices(list(_SHARES), list(_SHARES.values()))[0]
        wishes, delivery = _asked(kind, self._random)
        event = user_event(
            requirement.RequirementSubmitted(requirement=json.dumps(wishes), format="json"), user="faults"
        )
        with self._lock:
            self._open[event.envelope.delivery_id] = delivery
            if delivery.cancels:
                due = time.monotonic() + self._random.uniform(0, _LONGEST_BEFORE_CANCEL)
                self._cancels.append((due, event.envelope.delivery_id))
        self.submitted += 1
        self._publish(event)

    def cancel_due(self) -> None:
        """Cancel the deliveries whose time has come."""
        now = time.monotonic()
        for due in [each for each in self._cancels if each[0] <= now]:
            self._cancels.remove(due)
            self._publish(
                user_event(requirement.CancellationRequested(reason="Not needed"), delivery_id=due[1])
            )

    def _publish(self, event: Event) -> None:
        self._producer.produce(
            BY_NAME[event.envelope.event_type].topic,
            key=event.envelope.delivery_id.encode(),
            value=self._codec.encode(event),
            headers=cast("list[tuple[str, str | bytes | None]]", headers_of(event.envelope)),
            on_delivery=self._noting(event.envelope.event_id),
        )
        self._producer.poll(0)

    def _noting(self, event_id: str) -> Callable[[KafkaError | None, Message], None]:
        def note(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                self.acknowledged.append(event_id)

        return note

    def _follow(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self._brokers,
                "group.id": "fault-run",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "reconnect.backoff.max.ms": 1_000,
                "log_level": 0,
            }
        )
        topics = consumer.list_topics(timeout=60).topics
        consumer.assign(
            [TopicPartition(name, n, 0) for name in EVENT_TOPICS for n in topics[name].partitions]
        )
        while not self._stop.is_set():
            for message in consumer.consume(1_000, timeout=_POLL_SECONDS):
                if message.error() is None:
                    self._see(cast(bytes, message.value()))
            self._producer.poll(0)
        consumer.close()

    def _see(self, data: bytes) -> None:
        self.recorded += 1
        if self._codec.writer_schema(data).event_type.payload not in _ENDS:
            return
        event = self._codec.decode(data)
        with self._lock:
            delivery = self._open.get(event.envelope.delivery_id)
            if delivery is None:
                return
            if delivery.follow_ups and _fits(delivery.follow_ups[0], event.payload):
                self._publish(user_event(delivery.follow_ups.pop(0), delivery_id=event.envelope.delivery_id))
            elif not delivery.cancels or not isinstance(event.payload, outcome.DeliverySucceeded):
                del self._open[event.envelope.delivery_id]


_ENDS = (
    outcome.DeliverySucceeded,
    outcome.DeliveryPaused,
    outcome.DeliveryFailed,
    outcome.DeliveryCompensated,
)


def _fits(follow_up: object, end: object) -> bool:
    """Whether people would do that upon this outcome: a frozen worker may have ended an attempt otherwise."""
    if isinstance(follow_up, requirement.ClarificationAnswered):
        return isinstance(end, outcome.DeliveryPaused)
    return isinstance(end, outcome.DeliveryFailed | outcome.DeliveryCompensated)


def _asked(kind: str, random: Random) -> tuple[Wishes, _Delivery]:
    """What the requirement wishes, and what people do about it."""
    step: Step = random.choice(STEPS)
    failed = "failed" if step == "analysis" else "compensated"
    retry = requirement.RetryRequested(reason="Once more")
    match kind:
        case "fails":
            return {"fails": {step: [1]}, "expects": [failed]}, _Delivery()
        case "fails_then_retried":
            return {"fails": {step: [1]}, "expects": [failed, "built"]}, _Delivery([retry])
        case "asks":
            answered = requirement.ClarificationAnswered(
                answers=(Answer(question_id="Q01", text="Two weeks"),)
            )
            return {"asks": True, "expects": ["clarification", "built"]}, _Delivery([answered])
        case "cancelled":
            return {"expects": ["cancelled"]}, _Delivery(cancels=True)
        case "slow":
            return {"slow": {step: [1]}, "expects": ["compensated"]}, _Delivery()
    return {"expects": ["built"]}, _Delivery()
