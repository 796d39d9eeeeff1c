"""Exit codes that scripts rely on."""

from __future__ import annotations

from enum import IntEnum

from schemas.errors import BadInputError, SetupError, StreamwrightError


class ExitCode(IntEnum):
    """What the exit code of every command means."""

    DONE = 0
    WORK_FAILED = 1
    WRONG_USAGE = 2
    SETUP_AT_FAULT = 3
    CLARIFICATION_NEEDED = 4


def code_of(error: StreamwrightError) -> ExitCode:
    """The exit code that an error leads to."""
    if isinstance(error, SetupError):
        return ExitCode.SETUP_AT_FAULT
    if isinstance(error, BadInputError):
        return ExitCode.WRONG_USAGE
    return ExitCode.WORK_FAILED
