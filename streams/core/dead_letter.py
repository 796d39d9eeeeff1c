"""A dead letter: a record that could not be processed, with why, and all that it had."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from uuid import UUID, uuid5

_NAMESPACE = UUID("0e7c1a54-63a4-5c7e-8c3e-3e9d1c9b7a02")
_STACK_LIMIT = 8_000
_REASON_LIMIT = 4_000
# With what is told of it a record must still fit into one of 16 MiB, as the topics take.
_VALUE_LIMIT = 15 * 1024 * 1024
_REST_LIMIT = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """The original record and what was wrong with it.

    Attributes:
        service: the service that could not process it.
        stack: stack trace, '' where the record itself was refused.
    """

    service: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    reason: str
    stack: str = ""

    @property
    def id(self) -> UUID:
        """The same record refused by the same service has the same id."""
        return uuid5(_NAMESPACE, f"{self.service}|{self.topic}|{self.partition}|{self.offset}")

    @property
    def left_out(self) -> tuple[str, ...]:
        """Parts of the record too large to go with the letter: 'value', 'key' (with the headers).

        They still stand in the log, where the record was read.
        """
        rest = len(self.key or b"") + sum(len(name) + len(value) for name, value in self.headers)
        sizes = {"value": (len(self.value or b""), _VALUE_LIMIT), "key": (rest, _REST_LIMIT)}
        return tuple(name for name, (size, limit) in sizes.items() if size > limit)

    def kafka_headers(self) -> list[tuple[str, bytes]]:
        """The original headers, and what was wrong in headers that begin with 'dlq.'."""
        told = {
            "dlq.service": self.service,
            "dlq.topic": self.topic,
            "dlq.partition": str(self.partition),
            "dlq.offset": str(self.offset),
            "dlq.reason": self.reason[:_REASON_LIMIT],
            "dlq.stack": self.stack[-_STACK_LIMIT:],
        }
        if self.left_out:
            told["dlq.left_out"] = " ".join(self.left_out)
        kept = () if "key" in self.left_out else self.headers
        return [*kept, *((name, text.encode(errors="replace")) for name, text in told.items())]

    def to_bytes(self) -> bytes:
        """For the outbox."""
        return json.dumps(
            {
                "key": None if "key" in self.left_out else _text(self.key),
                "value": None if "value" in self.left_out else _text(self.value),
                "headers": [[name, _text(value)] for name, value in self.kafka_headers()],
            }
        ).encode()


def record_of(data: bytes) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]:
    """Key, value and headers of the Kafka record of a dead letter in the outbox."""
    plain = json.loads(data)
    headers = [(name, _bytes(value) or b"") for name, value in plain["headers"]]
    return _bytes(plain["key"]), _bytes(plain["value"]), headers


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
