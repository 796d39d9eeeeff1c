"""Personal data in events: which fields hold it, and how it is sealed so that it can be erased.

A field is marked with `PERSONAL` or `AUTHOR` beside its `Doc`. Where a cipher is set, all texts of a marked
field, also those of records within, are replaced while encoding: the first by the sealed texts of the whole
field, the others by a placeholder. So the schema, the ids and the shape of the event stay as they are, and
what was written without a cipher reads as before. Ids and digests within are not sealed.
"""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Literal, Protocol, Union, cast, get_args, get_origin, get_type_hints

from schemas.envelope import Envelope

ERASED = "[erased]"
SEALED = "sealed:1:"
PSEUDONYM = "user:~"
_PLACEHOLDER = "~sealed"
_USER = "user:"
_Walker = Callable[[object, Callable[[str], str]], object]


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field; whose key seals it: that of the delivery's subject, or that of the person it names."""

    of: Literal["delivery", "author"]


PERSONAL = Personal("delivery")
AUTHOR = Personal("author")


class PersonalCipher(Protocol):
    """Seals texts with a key for each subject, and opens them as long as the key is there."""

    def begin(self, delivery_id: str, subject: str) -> None:
        """From now on this subject's key seals the delivery's texts; the first subject counts."""
        ...

    def pseudonym(self, subject: str) -> str:
        """Id of the subject's key."""
        ...

    def key_of(self, delivery_id: str) -> str | None:
        """Id of the key that seals the delivery's texts; None where there is none."""
        ...

    def seal(self, key_id: str, data: bytes, about: bytes) -> str | None:
        """The sealed data as text; None where the key is erased. It opens only for the same `about`."""
        ...

    def open(self, sealed: str, about: bytes) -> bytes | None:
        """What was sealed; None where the key is erased.

        Raises:
            ValueError: it was not sealed for this.
        """
        ...

    def forget(self) -> None:
        """Look keys up anew from now on."""
        ...


def subject_without_name(delivery_id: str) -> str:
    """The subject of a delivery whose submitter gave no name."""
    return f"delivery:{delivery_id}"


def disguised(envelope: Envelope, cipher: PersonalCipher) -> Envelope:
    """The envelope with a pseudonym in place of the user's name."""
    if not envelope.actor.startswith(_USER) or envelope.actor.startswith(PSEUDONYM):
        return envelope
    name = envelope.actor.removeprefix(_USER)
    subject = subject_without_name(envelope.delivery_id) if name in ("", "unknown") else name
    return dataclasses.replace(envelope, actor=f"{PSEUDONYM}{cipher.pseudonym(subject)}")


def sealed(
    payload: type, envelope: Envelope, plain: Mapping[str, object], cipher: PersonalCipher
) -> dict[str, object]:
    """The plain payload with its personal texts sealed; as it is where its delivery has no key.

    Args:
        envelope: a disguised one.
    """
    found = dict(plain)
    if payload.__name__ == "RequirementSubmitted":
        name = str(found.get("submitted_by") or "")
        cipher.begin(envelope.delivery_id, name or subject_without_name(envelope.delivery_id))
    author = envelope.actor.removeprefix(PSEUDONYM) if envelope.actor.startswith(PSEUDONYM) else None
    for field, (mark, walker) in _personal_fields(payload).items():
        if mark.of == "author":
            name = str(found[field] or "")
            key_id = cipher.pseudonym(name) if name else None
        else:
            key_id = cipher.key_of(envelope.delivery_id) or author
        if key_id is not None:
            found[field] = _sealed_field(
                walker, found[field], key_id, _about(envelope.event_id, field), cipher
            )
    return found


def opened(
    payload: type, event_id: str, plain: Mapping[str, object], cipher: PersonalCipher
) -> dict[str, object]:
    """The plain payload with its sealed texts opened, or `ERASED` in place of each where its key is gone."""
    found = dict(plain)
    for field, (_, walker) in _personal_fields(payload).items():
        if field in found:
            found[field] = _opened_field(walker, found[field], _about(event_id, field), cipher)
    return found


def _about(event_id: str, field: str) -> bytes:
    """Bound into the seal, so that sealed text that is copied into another event does not open there."""
    return f"{event_id}|{field}".encode()


def _sealed_field(
    walker: _Walker, value: object, key_id: str, about: bytes, cipher: PersonalCipher
) -> object:
    texts: list[str] = []
    walker(value, lambda text: texts.append(text) or text)  # type: ignore[func-returns-value]
    if not texts:
        return value
    sealed_texts = cipher.seal(key_id, zlib.compress(json.dumps(texts).encode()), about)
    if sealed_texts is None:
        return walker(value, lambda _: ERASED)
    pieces = iter((sealed_texts, *(_PLACEHOLDER for _ in texts[1:])))
    return walker(value, lambda _: next(pieces))


def _opened_field(walker: _Walker, value: object, about: bytes, cipher: PersonalCipher) -> object:
    texts: list[str] = []
    walker(value, lambda text: texts.append(text) or text)  # type: ignore[func-returns-value]
    if not texts or not texts[0].startswith(SEALED):
        return value
    try:
        data = cipher.open(texts[0], about)
    except ValueError:
        return value
    if data is None:
        return walker(value, lambda _: ERASED)
    pieces = iter(cast("list[str]", json.loads(zlib.decompress(data))))
    # A text that a later version of the schema has added was not there to be sealed.
    return walker(value, lambda text: next(pieces) if text in (texts[0], _PLACEHOLDER) else text)


@cache
def _personal_fields(payload: type) -> dict[str, tuple[Personal, _Walker]]:
    """Mark and walker of each personal field of a payload's class.

    Raises:
        TypeError: a marked field holds no text.
    """
    found: dict[str, tuple[Personal, _Walker]] = {}
    for name, hint in get_type_hints(payload, include_extras=True).items():
        mark = personal_mark(hint)
        if mark is None:
            continue
        walker = _walker_of(hint)
        if walker is None:
            raise TypeError(f"{payload.__name__}.{name} is marked as personal and holds no text")
        found[name] = (mark, walker)
    return found


def personal_mark(hint: object) -> Personal | None:
    """The mark of a field's type hint."""
    return next((item for item in get_args(hint)[1:] if isinstance(item, Personal)), None)


def _walker_of(hint: object) -> _Walker | None:
    """Walks the texts of a plain value of this type, always in the same order; None where it has none."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is str:
        return lambda value, each: each(cast(str, value)) if value else value
    if origin is Annotated:
        return _walker_of(arguments[0])
    if origin is tuple:
        return _walker_of_items(_walker_of(arguments[0]))
    if origin in (Union, UnionType):
        (inner,) = [argument for argument in arguments if argument is not type(None)]
        return _walker_of_optional(_walker_of(inner))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _walker_of_record(hint)
    return None


def _walker_of_items(inner: _Walker | None) -> _Walker | None:
    if inner is None:
        return None
    return lambda value, each: [inner(item, each) for item in cast("list[object]", value)]


def _walker_of_optional(inner: _Walker | None) -> _Walker | None:
    if inner is None:
        return None
    return lambda value, each: None if value is None else inner(value, each)


def _walker_of_record(cls: type) -> _Walker:
    walkers: dict[str, _Walker] = {}
    for name, hint in get_type_hints(cls, include_extras=True).items():
        walker = None if _is_id(name, hint) else _walker_of(hint)
        if walker is not None:
            walkers[name] = walker

    def walk(value: object, each: Callable[[str], str]) -> object:
        record = cast("dict[str, object]", value)
        changed = {name: walker(record[name], each) for name, walker in walkers.items() if name in record}
        return {**record, **changed}

    return walk


def _is_id(name: str, hint: object) -> bool:
    """Whether it is an id of ours or a digest: what rows are found by, and of no meaning by itself."""
    text = get_args(hint)[0] in (str, tuple[str, ...]) if get_origin(hint) is Annotated else False
    return text and (name in ("id", "feature", "sha256") or name.endswith(("_id", "_ids", "_sha256")))
