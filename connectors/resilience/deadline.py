"""A time limit for calls, whatever the library below does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import TypeVar, cast

T = TypeVar("T")
_left_behind: set[asyncio.Task[object]] = set()


def within(seconds: float, call: Callable[[], T], *, what: str) -> T:
    """Make a call that may never return, in a thread of its own that is then left behind.

    Args:
        what: the call, for the error's message.

    Raises:
        TimeoutError: it has not returned in time.
        Exception: what the call itself raises.
    """
    future: Future[T] = Future()
    threading.Thread(target=_call_into, args=(future, call), name=what, daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError as error:
        if future.done():
            raise
        raise TimeoutError(f"{what} has not returned for {seconds:g} seconds") from error


def _call_into(future: Future[T], call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)


async def within_async(seconds: float, call: Callable[[], Coroutine[object, object, T]], *, what: str) -> T:
    """As `within`, for a coroutine. It is cancelled, but not waited for.

    Cancelling may take long, too: a database driver asks the server to cancel, and waits for its answer.
    """
    task = asyncio.create_task(call(), name=what)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _leave_behind(task)
        raise
    if not done:
        _leave_behind(task)
        raise TimeoutError(f"{what} has not returned for {seconds:g} seconds")
    return task.result()


def _leave_behind(task: asyncio.Task[T]) -> None:
    # The event loop itself does not keep a task alive.
    _left_behind.add(cast("asyncio.Task[object]", task))
    task.add_done_callback(_forget)
    task.cancel()


def _forget(task: asyncio.Task[T]) -> None:
    _left_behind.discard(cast("asyncio.Task[object]", task))
    if not task.cancelled():
        task.exception()
