"""Fingerprints of records: what a checkpoint vouches for. Pure.

Covered are key, value and all headers, and the order and offset at which they stand. Kafka's own time
of a record is not: a copy of the log has other ones, and an event's time stands in its value.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from connectors.kafka.log import LogRecord
from streams.audit.checkpoints.merkle import HASH_BYTES, leaf_hash

_DOMAIN = b"streamwright record 1\n"
_LENGTHS = struct.Struct(">qqI")
_HEADER = struct.Struct(">Iq")
_OFFSET = struct.Struct(">Q")
FINGERPRINT_BYTES = _OFFSET.size + HASH_BYTES


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A record's offset, and the SHA-256 of its key, value and headers."""

    offset: int
    content: bytes

    def to_bytes(self) -> bytes:
        """The fingerprint as it is kept, `FINGERPRINT_BYTES` long; also the leaf of the Merkle tree."""
        return _OFFSET.pack(self.offset) + self.content

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """The fingerprint that `to_bytes` gave."""
        return cls(_OFFSET.unpack_from(data)[0], data[_OFFSET.size :])


def content_hash(record: LogRecord) -> bytes:
    """SHA-256 of key, value and headers; each with its length, so that none can pass for another."""
    key, value, headers = record.key, record.value, record.headers
    parts = [
        _DOMAIN,
        _LENGTHS.pack(-1 if key is None else len(key), -1 if value is None else len(value), len(headers)),
        key or b"",
        value or b"",
    ]
    for name, data in headers:
        encoded = name.encode()
        parts += (_HEADER.pack(len(encoded), len(data)), encoded, data)
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_of(record: LogRecord) -> bytes:
    """Hash of the record's leaf in the Merkle tree of its partition."""
    return leaf_hash(_OFFSET.pack(record.offset) + content_hash(record))


def fingerprint_of(record: LogRecord) -> Fingerprint:
    """Offset and content hash."""
    return Fingerprint(record.offset, content_hash(record))
