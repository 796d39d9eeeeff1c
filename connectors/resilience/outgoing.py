"""Outgoing calls with a time limit, retry, breaker and degraded answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from connectors.resilience import measures
from connectors.resilience.breaker import Breaker, BreakerOpenError
from connectors.resilience.deadline import within, within_async
from connectors.resilience.policy import CallPolicy
from schemas.errors import BadInputError

T = TypeVar("T")


def is_failure_of_target(error: BaseException) -> bool:
    """Whether the other side is at fault: any error but that of wrong input."""
    return isinstance(error, Exception) and not isinstance(error, BadInputError)


def told_wait_seconds(error: BaseException | None) -> float:
    """How long the other side wants to be left alone, in seconds; 0 where it did not tell."""
    told = getattr(error, "retry_after_seconds", None)
    return float(told) if isinstance(told, int | float) else 0.0


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The calls to one other system.

    One object for each system and process, as it holds the breaker. Threads and tasks may share it.

    Attributes:
        name: the system, as 'schema-registry'; label of the metrics.
        is_failure: whether an error means that the system cannot answer. Other errors are the
            caller's: they neither open the breaker nor lead to another try.
        timeouts: the errors of time-outs, beside Python's own.
    """

    name: str
    policy: CallPolicy
    is_failure: Callable[[BaseException], bool] = is_failure_of_target
    timeouts: tuple[type[Exception], ...] = ()
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "breaker", Breaker(self.name, self.policy))

    def call(
        self,
        request: Callable[[], T],
        *,
        is_repeatable: bool,
        fallback: Callable[[Exception], T] | None = None,
    ) -> T:
        """The answer to a request that blocks, or the degraded one where the system cannot answer.

        A try that takes too long is left behind in its thread, and ends with its own time limit.

        Args:
            is_repeatable: whether it may be made again where it is not known what became of it.
            fallback: gives the degraded answer; None to raise instead.

        Raises:
            BreakerOpenError: the request was not made.
            TimeoutError: it took too long.
            Exception: what the request raised last.
        """
        tries = Retrying(
            retry=retry_if_exception(self._is_passing),
            stop=stop_after_attempt(self.policy.attempts if is_repeatable else 1),
            wait=self._wait(),
            before_sleep=self._count_retry,
            reraise=True,
        )
        try:
            answer: T = tries(self._try, request)
        except Exception as error:
            if fallback is None or not self._degrades(error):
                raise
            return fallback(error)
        return answer

    async def call_async(
        self,
        request: Callable[[], Coroutine[object, object, T]],
        *,
        is_repeatable: bool,
        fallback: Callable[[Exception], T] | None = None,
    ) -> T:
        """As `call`, for a coroutine, which is cancelled, and not waited for, where it takes too long."""
        tries = AsyncRetrying(
            retry=retry_if_exception(self._is_passing),
            stop=stop_after_attempt(self.policy.attempts if is_repeatable else 1),
            wait=self._wait(),
            before_sleep=self._count_retry,
            reraise=True,
        )
        try:
            return await tries(self._try_async, request)
        except Exception as error:
            if fallback is None or not self._degrades(error):
                raise
            return fallback(error)

    def _try(self, request: Callable[[], T]) -> T:
        trial = self.breaker.admit()
        try:
            answer = within(self.policy.timeout_seconds, request, what=self.name)
        except BaseException as error:
            self._settle(error, trial)
            raise
        self.breaker.succeeded(trial)
        return answer

    async def _try_async(self, request: Callable[[], Coroutine[object, object, T]]) -> T:
        trial = self.breaker.admit()
        try:
            answer = await within_async(self.policy.timeout_seconds, request, what=self.name)
        except BaseException as error:
            self._settle(error, trial)
            raise
        self.breaker.succeeded(trial)
        return answer

    def _settle(self, error: BaseException, trial: bool) -> None:
        if not isinstance(error, Exception):
            self.breaker.abandoned(trial)
            return
        if isinstance(error, (TimeoutError, *self.timeouts)):
            measures.TIMEOUTS.labels(self.name).inc()
        if self._fails(error):
            self.breaker.failed(trial, error)
        else:
            self.breaker.succeeded(trial)

    def _fails(self, error: BaseException) -> bool:
        return isinstance(error, TimeoutError) or self.is_failure(error)

    def _is_passing(self, error: BaseException) -> bool:
        # Once the breaker is open, the failure that opened it tells more than that no call is made.
        if told_wait_seconds(error) > self.policy.longest_told_wait_seconds:
            return False
        return self._fails(error) and self.breaker.state != "open"

    def _degrades(self, error: Exception) -> bool:
        degrades = isinstance(error, BreakerOpenError) or self._fails(error)
        if degrades:
            measures.DEGRADED.labels(self.name).inc()
        return degrades

    def _wait(self) -> Callable[[RetryCallState], float]:
        first = self.policy.first_wait_seconds
        own = wait_exponential_jitter(multiplier=first, max=self.policy.longest_wait_seconds, jitter=first)
        return lambda state: max(own(state), told_wait_seconds(_error_of(state)))

    def _count_retry(self, _: RetryCallState) -> None:
        measures.RETRIES.labels(self.name).inc()
