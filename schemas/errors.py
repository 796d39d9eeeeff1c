"""The errors of the system: what failed, on what, why, and what to do."""

from __future__ import annotations


class StreamwrightError(Exception):
    """Base of all our errors.

    Attributes:
        what: what failed, on what.
        why: the cause.
        todo: what the reader can do about it.
    """

    def __init__(self, what: str, *, why: str, todo: str) -> None:
        super().__init__(f"{what}: {why}. {todo}")
        self.what = what
        self.why = why
        self.todo = todo


class BadInputError(StreamwrightError):
    """What came in cannot be used; the sender has to change it."""


class DecodeError(BadInputError):
    """A record's bytes are not an event that we know."""


class WorkError(StreamwrightError):
    """An agent's work failed; the saga compensates."""


class SetupError(StreamwrightError):
    """The machine or the configuration is at fault, not the work."""


class HistoryError(StreamwrightError):
    """The recorded history is not what the deciders give."""
