"""Dead letters as they stand in the topics `<topic>.dlq`, and what operators do with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from connectors.kafka.headers import headers_of
from connectors.kafka.log import Headers, LogRecord, read_log, read_record
from connectors.kafka.position import Position
from connectors.kafka.publisher import producer_settings
from connectors.kafka.user_events import user_event
from schemas.catalogue import type_of
from schemas.codec import Codec
from schemas.errors import BadInputError, DecodeError, SetupError
from schemas.events.outcome import DeadLetterDiscarded, DeadLetterRedriven
from schemas.topics import EVENT_TOPICS, OUTCOME_EVENTS, dead_letter_topic

_PREFIX = "dlq."
_SECONDS = 30.0
_UNKNOWN_DELIVERIES = uuid.UUID("f2b9c6de-4f70-5c25-9a34-1d2f1d0d5f11")


@dataclass(frozen=True, slots=True)
class StandingLetter:
    """A dead letter in its topic.

    Attributes:
        position: where the letter stands.
        record: where the record stands that could not be processed.
        headers: those of the record.
        timestamp_ms: when it was set aside.
        left_out: parts of the record that were too large for the letter, 'value' or 'key' (with the
            headers); `whole` reads them from where the record stands.
    """

    position: Position
    record: Position
    service: str
    reason: str
    stack: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterStatus:
    """A dead letter and what became of it: 'waiting', 'redriven' or 'discarded'."""

    letter: StandingLetter
    status: str


def letter_in(record: LogRecord) -> StandingLetter | None:
    """The dead letter that a record of a `.dlq` topic is, None where it is something else."""
    told = {
        name.removeprefix(_PREFIX): value.decode(errors="replace")
        for name, value in record.headers
        if name.startswith(_PREFIX)
    }
    try:
        original = Position.parse(f"{told['topic']}-{told['partition']}-{told['offset']}")
    except (KeyError, BadInputError):
        return None
    return StandingLetter(
        position=record.position,
        record=original,
        service=told.get("service", ""),
        reason=told.get("reason", ""),
        stack=told.get("stack", ""),
        key=record.key,
        value=record.value,
        headers=tuple(header for header in record.headers if not header[0].startswith(_PREFIX)),
        timestamp_ms=record.timestamp_ms,
        left_out=tuple(told.get("left_out", "").split()),
    )


def whole(letter: StandingLetter, brokers: str) -> StandingLetter:
    """The letter with all that the record had.

    Raises:
        SetupError: the broker cannot be reached, or the topic is missing.
        BadInputError: the record no longer stands where it stood.
    """
    if not letter.left_out:
        return letter
    record = read_record(brokers, letter.record)
    return replace(letter, key=record.key, value=record.value, headers=record.headers, left_out=())


def standing_letters(brokers: str) -> Iterator[StandingLetter]:
    """All dead letters.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
    """
    for record in read_log(brokers, [dead_letter_topic(topic) for topic in EVENT_TOPICS]):
        letter = letter_in(record)
        if letter is not None:
            yield letter


def letters_with_status(brokers: str, codec: Codec) -> list[LetterStatus]:
    """All dead letters in the order in which they were set aside, and what became of each.

    Raises:
        SetupError: the broker cannot be reached, or a topic is missing.
    """
    letters = sorted(standing_letters(brokers), key=lambda each: (each.timestamp_ms, each.position))
    acts = dict(_acts(read_log(brokers, [OUTCOME_EVENTS]), codec))
    return [LetterStatus(each, acts.get(str(each.position), "waiting")) for each in letters]


def _acts(records: Iterable[LogRecord], codec: Codec) -> Iterator[tuple[str, str]]:
    names = {DeadLetterRedriven: "redriven", DeadLetterDiscarded: "discarded"}
    for record in records:
        try:
            if codec.writer_schema(record.value or b"").event_type.payload not in names:
                continue
            payload = codec.decode(record.value or b"").payload
        except DecodeError:
            continue
        if isinstance(payload, DeadLetterRedriven | DeadLetterDiscarded):
            yield payload.dead_letter, names[type(payload)]


def check_waiting(letter: StandingLetter, brokers: str, codec: Codec) -> None:
    """See that nothing has been done about a letter yet.

    Raises:
        BadInputError: it was redriven or discarded.
        SetupError: the broker cannot be reached, or a topic is missing.
    """
    status = dict(_acts(read_log(brokers, [OUTCOME_EVENTS]), codec)).get(str(letter.position))
    if status is not None:
        raise BadInputError(
            f"Taking the dead letter {letter.position}",
            why=f"it was {status} before",
            todo="See what waits with: streamwright dlq list --waiting",
        )


class LetterOffice:
    """Redrives and discards dead letters; the act and its record are published together or not at all."""

    def __init__(self, brokers: str, codec: Codec) -> None:
        self._brokers = brokers
        self._codec = codec

    def redrive(
        self,
        letter: StandingLetter,
        *,
        key: bytes | None = None,
        value: bytes | None = None,
        topic: str | None = None,
        reason: str = "",
        user: str = "",
    ) -> Position:
        """Publish the record again, and give where it stands now.

        Args:
            key: takes the place of the record's key where given.
            value: takes the place of its value where given.
            topic: the one to publish to where it is not that of the record.

        Raises:
            SetupError: the broker does not take it.
            BadInputError: the letter was redriven or discarded before.
        """
        given = {"key": key, "value": value, "topic": topic}
        act = DeadLetterRedriven(
            dead_letter=str(letter.position),
            record=str(letter.record),
            service=letter.service,
            corrections=tuple(name for name, correction in given.items() if correction is not None),
            reason=reason,
            requested_by=user,
        )
        record = whole(letter, self._brokers)
        again = LogRecord(
            letter.record.topic if topic is None else topic,
            -1,
            -1,
            record.key if key is None else key,
            record.value if value is None else value,
            record.headers,
            0,
        )
        return self._publish(letter, act, user, again)[0]

    def discard(self, letter: StandingLetter, *, reason: str, user: str = "") -> Position:
        """Record that the letter's record is not to be processed; gives the position of that event.

        Raises:
            SetupError: the broker does not take it.
            BadInputError: the letter was redriven or discarded before.
        """
        act = DeadLetterDiscarded(
            dead_letter=str(letter.position),
            record=str(letter.record),
            service=letter.service,
            reason=reason,
            requested_by=user,
        )
        return self._publish(letter, act, user, None)[-1]

    def _publish(
        self, letter: StandingLetter, act: object, user: str, again: LogRecord | None
    ) -> list[Position]:
        event = self._codec.disguised(user_event(act, user=user, delivery_id=self._delivery_of(letter)))
        delivery = event.envelope.delivery_id.encode()
        acted = LogRecord(
            type_of(act).topic,
            -1,
            -1,
            delivery,
            self._codec.encode(event),
            tuple(headers_of(event.envelope)),
            0,
        )
        return self._in_one_transaction(letter, [again, acted] if again else [acted])

    def _delivery_of(self, letter: StandingLetter) -> str:
        """The record's delivery; one of its own where the record does not tell."""
        try:
            return self._codec.decode_envelope(letter.value or b"").delivery_id
        except DecodeError:
            return str(uuid.uuid5(_UNKNOWN_DELIVERIES, str(letter.position)))

    def _in_one_transaction(self, letter: StandingLetter, records: list[LogRecord]) -> list[Position]:
        standing: list[Position] = []

        def on_delivery(error: KafkaError | None, message: Message) -> None:
            if error is None:
                standing.append(
                    Position(message.topic() or "", message.partition() or 0, message.offset() or 0)
                )

        producer = Producer({**producer_settings(self._brokers), "transactional.id": "dead-letter-office"})
        try:
            producer.init_transactions(_SECONDS)
            # From here on every office that was at work before is fenced, so that what it did is told.
            check_waiting(letter, self._brokers, self._codec)
            producer.begin_transaction()
            for record in records:
                producer.produce(
                    record.topic,
                    key=record.key,
                    value=record.value,
                    headers=list(record.headers),
                    on_delivery=on_delivery,
                )
                producer.flush(_SECONDS)
            producer.commit_transaction(_SECONDS)
        except KafkaException as error:
            raise SetupError(
                f"Publishing to {records[0].topic} at {self._brokers}",
                why=str(error.args[0]),
                todo="Check the broker with: streamwright status; nothing was published",
            ) from error
        return standing
