"""How long an outgoing call may take, how often it is tried, and when its breaker opens."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPolicy:
    """The limits of one kind of outgoing call.

    Attributes:
        timeout_seconds: time that one try may take.
        attempts: tries of a call that may be repeated, the first one counted.
        first_wait_seconds: wait before the second try; it doubles with each further one, and up to as much
            again is added at random.
        longest_wait_seconds: no wait is longer.
        longest_told_wait_seconds: where the other side wants a longer wait, it is not asked again.
        failures_to_open: failures in a row upon which the breaker opens.
        reset_seconds: time after which an open breaker lets one call through to try.
    """

    timeout_seconds: float = 10.0
    attempts: int = 3
    first_wait_seconds: float = 2.0
    longest_wait_seconds: float = 10.0
    longest_told_wait_seconds: float = 60.0
    failures_to_open: int = 5
    reset_seconds: float = 60.0


def policy_of(config: Settings, *, timeout_seconds: float | None = None) -> CallPolicy:
    """The policy that the settings tell, but for a call that may take another time."""
    return CallPolicy(
        timeout_seconds=config.call_timeout_seconds if timeout_seconds is None else timeout_seconds,
        attempts=config.call_attempts,
        first_wait_seconds=config.call_first_wait_seconds,
        longest_wait_seconds=config.call_longest_wait_seconds,
        failures_to_open=config.breaker_failures,
        reset_seconds=config.breaker_reset_seconds,
    )
