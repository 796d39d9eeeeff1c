"""The outbox relay: publishes a service's recorded events, in order, each exactly once.

The position (notification id) is committed in the same Kafka transaction as the records, as the
offset of a partition in the relay's own consumer group. One relay of a service is active at a time,
by advisory lock, which another takes from it when it shows no sign of life (`silent_holders`); the
producer's transactional id fences one that wakes up late.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait

import psycopg
import structlog
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from eventsourcing.persistence import Notification, PersistenceError
from psycopg.sql import SQL, Identifier

from connectors.kafka.publisher import producer_settings
from connectors.kafka.topics import is_in_process
from connectors.resilience import measures
from schemas.cloudevents import header_texts
from schemas.codec import Codec
from schemas.errors import SetupError
from schemas.topics import DEAD_LETTER_SUFFIX, OUTCOME_EVENTS
from streams.core.dead_letter import record_of
from streams.runtime.fault_points import reach
from streams.runtime.silent_holders import SIGN_OF_LIFE_SECONDS, end_silent_holder, show_life
from streams.runtime.store import EventStore

_log = structlog.get_logger()
# A transaction takes some 15 ms however many records it has.
_BATCH = 1_000
_BATCH_BYTES = 16 * 1024 * 1024
_RETRY_SECONDS = 1.0
_WAIT_SECONDS = 0.5
_KAFKA_SECONDS = 10.0
# After a crash of the broker, librdkafka's calls may not return, whatever their time-out says.
_STUCK_SECONDS = 30.0
RELAY_PLACE = (OUTCOME_EVENTS, 0)
_KafkaRecord = tuple[bytes | None, bytes | None, list[tuple[str, str | bytes | None]]]


def relay_group(service: str) -> str:
    """Consumer group that holds the relay's position, as the offset of `RELAY_PLACE`."""
    return f"{service}-relay"


def relay_lock(service: str) -> str:
    """Name of the advisory lock that the active relay of a service holds."""
    return f"relay:{service}"


class Relay:
    """A thread that publishes what one service records."""

    def __init__(
        self, service: str, store: EventStore, codec: Codec, brokers: str, service_database_url: str
    ) -> None:
        self._service = service
        self._store = store
        self._codec = codec
        self._brokers = brokers
        self._url = service_database_url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{service}-relay", daemon=True)
        self._in_process = False
        self.active = False
        self.position = 0
        self.problem = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """Publish no more; what is unpublished stays for the next relay."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    if self._lock(connection):
                        self._relay(connection)
            except (psycopg.Error, PersistenceError, KafkaException, TimeoutError) as error:
                _log.warning("relay starts again", service=self._service, error=str(error))
                measures.RETRIES.labels("outbox-relay").inc()
            except SetupError as error:
                self.problem = str(error)
                _log.error("relay refuses", service=self._service, error=self.problem)
            self.active = False
            self._stop.wait(_RETRY_SECONDS)

    def _lock(self, connection: psycopg.Connection) -> bool:
        statement = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        name = relay_lock(self._service)
        row = connection.execute(statement, (name,)).fetchone()
        if row and row[0]:
            return True
        if end_silent_holder(connection, name):
            _log.warning("relay overtakes a silent one", service=self._service)
        return False

    def _relay(self, connection: psycopg.Connection) -> None:
        consumer = Consumer({"bootstrap.servers": self._brokers, "group.id": relay_group(self._service)})
        producer = self._producer()
        try:
            self._within(connection, lambda: producer.init_transactions(_KAFKA_SECONDS))
            self.position = self._committed(consumer)
            self._check_position()
            self._in_process = is_in_process(consumer.list_topics(timeout=_KAFKA_SECONDS).cluster_id)
            connection.execute(SQL("LISTEN {}").format(Identifier(self._store.channel_name)))
            self.active, self.problem = True, ""
            while not self._stop.is_set():
                if not self._publish_next(connection, producer, consumer):
                    _wait_for_notice(connection)
                # Also the sign of life; a relay whose lock was taken from it ends here.
                connection.execute("SELECT")
        finally:
            consumer.close()

    def _producer(self) -> Producer:
        return Producer(
            {
                **producer_settings(self._brokers),
                "transactional.id": f"{self._service}-relay",
                "transaction.timeout.ms": 60_000,
                # The broker refuses a transaction for some ms after the last one; the default of 100 ms
                # made one of twenty take 125 ms.
                "retry.backoff.ms": 2,
            }
        )

    def _check_position(self) -> None:
        """A store with fewer events than were published is another one: its first events would be skipped."""
        latest = self._store.max_notification_id() or 0
        if self.position > latest:
            raise SetupError(
                f"Publishing the events of {self._service}",
                why=f"{self.position} were published, but its store holds {latest}: it was lost or replaced",
                todo="Restore the stores from the topics with: streamwright rebuild --part services",
            )

    def _committed(self, consumer: Consumer) -> int:
        """Id of the last notification that was published."""
        (found,) = consumer.committed([TopicPartition(*RELAY_PLACE)], timeout=_KAFKA_SECONDS)
        return max(found.offset, 0)

    def _publish_next(self, connection: psycopg.Connection, producer: Producer, consumer: Consumer) -> bool:
        notifications = self._store.unpublished(self.position, _BATCH, _BATCH_BYTES)
        if not notifications:
            return False
        last = notifications[-1].id
        self._within(connection, lambda: self._transact(producer, consumer, notifications))
        self.position = last
        return True

    def _within(self, connection: psycopg.Connection, call: Callable[[], object]) -> None:
        within(_STUCK_SECONDS, call, meanwhile=lambda: show_life(connection))

    def _transact(
        self, producer: Producer, consumer: Consumer, notifications: Sequence[Notification]
    ) -> None:
        """Publish the notifications, and commit the position behind them, in one transaction."""
        position = TopicPartition(*RELAY_PLACE, notifications[-1].id)
        producer.begin_transaction()
        reach("relay.before_produce")
        try:
            self._produce(producer, notifications)
            reach("relay.after_produce")
            producer.send_offsets_to_transaction(
                [position], consumer.consumer_group_metadata(), _KAFKA_SECONDS
            )
            reach("relay.before_commit")
            producer.commit_transaction(_KAFKA_SECONDS)
            reach("relay.after_commit")
        except KafkaException:
            _abort(producer)
            raise
        if self._in_process:
            # librdkafka's in-process broker drops the positions of a transaction.
            consumer.commit(offsets=[position], asynchronous=False)

    def _produce(self, producer: Producer, notifications: Sequence[Notification]) -> None:
        for notification in notifications:
            key, value, headers = self._record(notification)
            while True:
                try:
                    producer.produce(notification.topic, key=key, value=value, headers=headers)
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.poll(0)

    def _record(
        self, notification: Notification
    ) -> tuple[bytes | None, bytes | None, list[tuple[str, str | bytes | None]]]:
        if notification.topic.endswith(DEAD_LETTER_SUFFIX):
            key, value, headers = record_of(notification.state)
            return key, value, list(headers)
        envelope = self._codec.decode_envelope(notification.state)
        return envelope.delivery_id.encode(), notification.state, list(header_texts(envelope))


def within(seconds: float, call: Callable[[], object], *, meanwhile: Callable[[], object]) -> None:
    """Make a call that may never return, in a thread of its own that is then left behind.

    What a producer left behind does later changes nothing: the next one has fenced it.

    Args:
        meanwhile: called each second until it returns.

    Raises:
        TimeoutError: it has not returned in time.
        Exception: what the call itself raises.
    """
    future: Future[object] = Future()
    threading.Thread(target=_call_into, args=(future, call), daemon=True).start()
    deadline = time.monotonic() + seconds
    while not wait([future], timeout=SIGN_OF_LIFE_SECONDS).done:
        if time.monotonic() > deadline:
            raise TimeoutError(f"a call to Kafka has not returned for {seconds:g} seconds")
        meanwhile()
    future.result()


def _call_into(future: Future[object], call: Callable[[], object]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)


def _abort(producer: Producer) -> None:
    """A transaction that cannot be aborted is fenced or timed out; the next producer ends it."""
    try:
        producer.abort_transaction(_KAFKA_SECONDS)
    except KafkaException as error:
        _log.warning("transaction left to its time-out", error=str(error))


def _wait_for_notice(connection: psycopg.Connection) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    for _ in connection.notifies(timeout=max(deadline - time.monotonic(), 0), stop_after=1):
        return
