"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        verdict: 'ok'; 'warning': works, but not as well as it could; 'wrong': does not work.
        todo: how to mend it; empty where it is ok.
    """

    what: str
    verdict: Literal["ok", "warning", "wrong"]
    found: str
    todo: str = ""


def ok(what: str, found: str) -> Finding:
    """All is well."""
    return Finding(what, "ok", found)


def warning(what: str, found: str, todo: str) -> Finding:
    """It works, but could be better."""
    return Finding(what, "warning", found, todo)


def wrong(what: str, found: str, todo: str) -> Finding:
    """It does not work."""
    return Finding(what, "wrong", found, todo)
