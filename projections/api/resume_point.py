"""Where a reader of live events stands: the next offset of each partition, as an opaque text."""

from __future__ import annotations

import base64
import binascii
import json

from schemas.topics import EVENT_TOPICS

Place = tuple[str, int]
Vector = dict[Place, int]
_LARGEST = 2**62


def encode_point(vector: Vector) -> str:
    """The text that an event carries as its id."""
    plain: dict[int, dict[int, int]] = {}
    for (topic, partition), offset in sorted(vector.items()):
        plain.setdefault(EVENT_TOPICS.index(topic), {})[partition] = offset
    text = json.dumps(plain, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_point(text: str) -> Vector:
    """The next offset of each partition.

    Raises:
        ValueError: the text is not an id of a live event.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        plain = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        vector = {
            (EVENT_TOPICS[int(topic)], int(partition)): int(offset)
            for topic, offsets in plain.items()
            for partition, offset in offsets.items()
        }
    except (binascii.Error, AttributeError, IndexError, TypeError, RecursionError) as error:
        raise ValueError("it is not an id of a live event") from error
    if not all(
        0 <= partition < 10**6 and 0 <= offset < _LARGEST for (_, partition), offset in vector.items()
    ):
        raise ValueError("it is not an id of a live event")
    return vector
