"""The circuit breaker of one kind of outgoing call, for threads and asyncio alike.

The state machine is that of the library `circuitbreaker`. Around it stand a lock, which is never held
during a call, and the rule that a half-open breaker lets one call through at a time.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import cast

import structlog
from circuitbreaker import CircuitBreaker

from connectors.resilience import measures
from connectors.resilience.policy import CallPolicy
from connectors.resilience.state_changes import State, StateChange, tell
from schemas.errors import SetupError

_NUMBERS: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}
_log = structlog.get_logger()


class BreakerOpenError(SetupError):
    """The call was not made, as the last ones failed.

    Attributes:
        retry_after_seconds: when a call is let through again.
    """

    def __init__(self, name: str, retry_after_seconds: float, cause: str) -> None:
        super().__init__(
            f"Calling {name}",
            why=f"the last calls failed ({cause or 'one is being tried'}), so none is made"
            f" for {retry_after_seconds:.0f} s",
            todo=f"Check {name}; see circuit_breaker_state in /metrics",
        )
        self.retry_after_seconds = retry_after_seconds


class Breaker:
    """Opens after failures in a row; after a while lets one call through, whose result decides."""

    def __init__(self, name: str, policy: CallPolicy) -> None:
        self._name = name
        self._breaker = CircuitBreaker(
            failure_threshold=policy.failures_to_open,
            recovery_timeout=policy.reset_seconds,
            expected_exception=Exception,
            name=name,
        )
        self._lock = threading.Lock()
        self._is_trying = False
        self._told: State = "closed"
        self._cause = ""
        measures.STATES.labels(name).set(0)

    @property
    def state(self) -> State:
        """The state now."""
        return cast(State, self._breaker.state)

    def admit(self) -> bool:
        """Let a call through; True where it is the one that tries whether calls succeed again.

        What becomes of the call has to be told by `succeeded`, `failed` or `abandoned`.

        Raises:
            BreakerOpenError: the call must not be made.
        """
        with self._lock:
            if self.state == "open" or self._is_trying:
                measures.REFUSALS.labels(self._name).inc()
                raise BreakerOpenError(self._name, max(self._breaker.open_remaining, 1), self._cause)
            self._is_trying = self.state == "half_open"
            self._note_state(self.state)
            return self._is_trying

    def succeeded(self, trial: bool) -> None:
        """The other side answered, if only to refuse what it was asked."""
        with self._lock:
            # A call from before the opening tells nothing of now.
            if trial or self._breaker.closed:
                self._close()

    def failed(self, trial: bool, error: Exception) -> None:
        """The other side did not answer, or could not."""
        with self._lock:
            self._is_trying = self._is_trying and not trial
            if not trial and not self._breaker.closed:
                return
            self._cause = type(error).__name__
            self._breaker.__exit__(type(error), error, None)
            self._note_state(self.state)

    def abandoned(self, trial: bool) -> None:
        """The caller did not wait for the answer."""
        with self._lock:
            self._is_trying = self._is_trying and not trial

    def recovered(self) -> None:
        """It is known by other means that calls succeed again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        failures = self._breaker.failure_count
        self._is_trying = False
        self._breaker.reset()
        self._note_state("closed", failures)

    def _note_state(self, state: State, failures: int | None = None) -> None:
        if state == self._told:
            return
        change = StateChange(
            name=self._name,
            before=self._told,
            after=state,
            failures=self._breaker.failure_count if failures is None else failures,
            cause=self._cause,
            changed_at=datetime.now(UTC),
        )
        self._told = state
        measures.STATES.labels(self._name).set(_NUMBERS[state])
        if state == "open":
            measures.OPENINGS.labels(self._name).inc()
        _log.warning("breaker", name=self._name, state=state, before=change.before, cause=self._cause)
        tell(change)
