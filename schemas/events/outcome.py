"""Events of `outcome-events`: how a delivery ends, told by the saga, and what operations did and saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import Doc

from schemas.artefacts import Build
from schemas.events.compensation import Step
from schemas.events.feature import Attempt
from schemas.personal import AUTHOR, PERSONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStarted:
    """A delivery, or a new attempt of one, has begun."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySucceeded:
    """The build is there."""

    attempt: Attempt
    build: Annotated[Build, Doc("The artefact"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPaused:
    """The delivery waits for answers of the user, and costs nothing while it does."""

    attempt: Attempt
    question_ids: Annotated[tuple[str, ...], Doc("Questions to be answered")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """Nothing was done yet when it failed, so there was nothing to undo."""

    attempt: Attempt
    failed_step: Annotated[Step, Doc("Step that failed")]
    reason: Annotated[str, Doc("Why, as the step told"), PERSONAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCompensated:
    """All that was done has been undone."""

    attempt: Attempt
    cause: Annotated[Literal["failed", "cancelled", "timed_out"], Doc("What led to it")]
    failed_step: Annotated[str, Doc("Step that failed or was late, '' for a cancellation")]
    reason: Annotated[str, Doc("Why, as the failed step or the user told"), PERSONAL]
    undone: Annotated[tuple[Step, ...], Doc("Steps undone, in order")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimedOut:
    """A step took longer than it may."""

    attempt: Attempt
    step: Annotated[Step, Doc("Step that was late")]
    limit_seconds: Annotated[float, Doc("Time it had, in seconds")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterRedriven:
    """An operator has published the record of a dead letter again, after a fix."""

    dead_letter: Annotated[str, Doc("Position of the dead letter, topic-partition-offset")]
    record: Annotated[str, Doc("Position of the record that could not be processed")]
    service: Annotated[str, Doc("Service that could not process it")]
    corrections: Annotated[tuple[str, ...], Doc("What of the record was replaced: key, value")] = ()
    reason: Annotated[str, Doc("What was fixed, in the operator's words"), PERSONAL] = ""
    requested_by: Annotated[str, Doc("Who asks, '' if not known"), AUTHOR] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterDiscarded:
    """An operator has decided that the record of a dead letter is not to be processed."""

    dead_letter: Annotated[str, Doc("Position of the dead letter, topic-partition-offset")]
    record: Annotated[str, Doc("Position of the record that could not be processed")]
    service: Annotated[str, Doc("Service that could not process it")]
    reason: Annotated[str, Doc("Why, in the operator's words"), PERSONAL] = ""
    requested_by: Annotated[str, Doc("Who asks, '' if not known"), AUTHOR] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreakerChanged:
    """Calls of a process to another system fail, or succeed again. It belongs to no requirement: its
    delivery id is that of the breaker, so that all changes of one breaker are in order."""

    breaker: Annotated[str, Doc("What is called, as schema-registry")]
    process: Annotated[str, Doc("Process that calls, as query-api")]
    instance: Annotated[str, Doc("Host and process id")]
    before: Annotated[Literal["closed", "half_open", "open"], Doc("State until then")]
    after: Annotated[Literal["closed", "half_open", "open"], Doc("State from then on; open: no call is made")]
    failures: Annotated[int, Doc("Failures in a row before the change")]
    cause: Annotated[str, Doc("Class of the last failure, '' where there was none")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataErased:
    """The key of a subject is deleted, so that all that was sealed with it can be read by nobody. It belongs
    to no requirement: its delivery id is made from the key's id."""

    key_id: Annotated[str, Doc("Key that is deleted; whose it was is not told")]
    deliveries: Annotated[tuple[str, ...], Doc("Deliveries whose texts it sealed")]
    reason: Annotated[str, Doc("Why, in the operator's words"), PERSONAL] = ""
    requested_by: Annotated[str, Doc("Who asks, '' if not known"), AUTHOR] = ""


ModelOutcome = Literal["used", "invalid", "refused", "rate_limited", "timed_out", "failed", "not_made"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCalled:
    """An agent has asked a language model in the work of an attempt. It stands in the agent's stream before
    the result of that work. Keys and passwords are left out of its texts."""

    attempt: Attempt
    number: Annotated[int, Doc("1 for the first call of the attempt's work")]
    purpose: Annotated[str, Doc("What was asked for: 'analysis'")]
    provider: Annotated[str, Doc("Protocol: openai or anthropic")]
    model: Annotated[str, Doc("Name of the model")]
    prompt_version: Annotated[str, Doc("Prompt file that was sent as instructions: 'analyze.v1'")]
    prompt_sha256: Annotated[str, Doc("Digest of the prompt file")]
    prompt: Annotated[
        str, Doc("What was sent beside the instructions and what earlier calls of the work tell"), PERSONAL
    ]
    answer: Annotated[str, Doc("What came back, as far as it came; '' for nothing"), PERSONAL] = ""
    outcome: Annotated[
        ModelOutcome,
        Doc(
            "used: taken on; invalid: broke the rules for answers; refused: the provider does not take the"
            " request; not_made: no call, as a budget is used up or the breaker is open"
        ),
    ]
    reason: Annotated[str, Doc("Why it was not used, '' where it was"), PERSONAL] = ""
    is_cached: Annotated[bool, Doc("The answer was kept from an earlier call of the same content")] = False
    tries: Annotated[int, Doc("Requests made, 0 where none was")] = 0
    input_tokens: Annotated[int, Doc("Tokens sent, estimated where the provider does not tell")] = 0
    output_tokens: Annotated[int, Doc("Tokens received, estimated where the provider does not tell")] = 0
    cost: Annotated[str, Doc("Cost by the prices of the settings, as decimal text")] = "0"
    seconds: Annotated[float, Doc("Time from the question to the answer")] = 0.0
