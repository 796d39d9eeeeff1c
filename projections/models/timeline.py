"""The timeline: one row for each event, without the big payloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from projections.models import payloads
from projections.models.deliveries import attempt_of
from projections.models.recorded import Recorded
from projections.models.table import Value

_LONGEST = 200


def timeline_row(event: Recorded) -> tuple[Value, ...]:
    """The event's row, in the order of `projections.models.tables.TIMELINE`."""
    envelope = event.envelope
    return (
        event.topic,
        event.partition,
        event.offset,
        envelope["delivery_id"],
        envelope["event_id"],
        envelope["event_type"],
        envelope["schema_version"],
        envelope["stream_id"],
        envelope["stream_version"],
        envelope["correlation_id"],
        envelope["causation_id"],
        envelope["actor"],
        event.occurred_at,
        attempt_of(event),
        summary_of(event),
    )


def summary_of(event: Recorded) -> str:
    """A few words on the payload, at most 200 characters."""
    summarise = _SUMMARIES.get(event.envelope["event_type"])
    if summarise is None:
        return ""
    words = " ".join(summarise(event.payload).split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _requirement(payload: object) -> str:
    return cast(payloads.Submission, payload)["requirement"][: 2 * _LONGEST]


def _reason(payload: object) -> str:
    return cast(payloads.Failure, payload)["reason"][: 2 * _LONGEST]


def _breaker(payload: object) -> str:
    change = cast(payloads.BreakerChange, payload)
    return f"calls of {change['process']} to {change['breaker']}: {change['after'].replace('_', ' ')}"


def _call(payload: object) -> str:
    call = cast(payloads.ModelCall, payload)
    kept = ", kept answer" if call["is_cached"] else ""
    tokens = f"{call['input_tokens']} + {call['output_tokens']} tokens"
    return f"{call['provider']} {call['model']}: {call['outcome'].replace('_', ' ')}{kept}, {tokens}"


def _questions(payload: object) -> str:
    questions = cast(payloads.Clarification, payload)["questions"]
    return " ".join(str(question.get("text", "")) for question in questions)


def _specified(payload: object) -> str:
    found = cast(payloads.Specified, payload)["specification"]
    return f"{found['name']}: {len(found['features'])} features, {len(found['stories'])} stories"


def _feature(payload: object) -> str:
    feature = cast(payloads.CreatedFeature, payload)["feature"]
    return f"{feature['id']} {feature['name']}"


def _deleted(payload: object) -> str:
    return cast(payloads.DeletedFeature, payload)["feature_id"]


def _files(payload: object) -> str:
    return f"{len(cast(payloads.Implementation, payload)['sources']['files'])} files"


def _report(payload: object) -> str:
    report = cast(payloads.PassedTests, payload)["report"]
    return f"{report['passed']} tests passed, {report['line_coverage']:.1%} of lines covered"


def _build(payload: object) -> str:
    return cast(payloads.Success, payload)["build"]["wheel"]


def _undoing(payload: object) -> str:
    undoing = cast(payloads.Undoing, payload)
    return f"{undoing['cause']}: {undoing['reason'][:_LONGEST]}"


def _step(payload: object) -> str:
    return cast(payloads.StepRequest, payload)["step"]


def _paused(payload: object) -> str:
    return ", ".join(cast(payloads.Pause, payload)["question_ids"])


def _noted(payload: object) -> str:
    note = cast(payloads.Note, payload)
    return f"{note['subject']}: {note['text']}"


_SUMMARIES: dict[str, Callable[[object], str]] = {
    "RequirementSubmitted": _requirement,
    "CancellationRequested": _reason,
    "RetryRequested": _reason,
    "DeadLetterRedriven": _reason,
    "DeadLetterDiscarded": _reason,
    "PersonalDataErased": _reason,
    "CircuitBreakerChanged": _breaker,
    "ModelCalled": _call,
    "ClarificationRequested": _questions,
    "AnalysisFailed": _reason,
    "BackendFailed": _reason,
    "FrontendFailed": _reason,
    "TestsFailed": _reason,
    "BuildFailed": _reason,
    "DeliveryFailed": _reason,
    "AgentNoted": _noted,
    "AgentTaskFailed": _reason,
    "SpecificationWritten": _specified,
    "FeatureCreated": _feature,
    "FeatureDeleted": _deleted,
    "BackendImplemented": _files,
    "FrontendImplemented": _files,
    "TestsPassed": _report,
    "BuildCompleted": _build,
    "DeliverySucceeded": _build,
    "CompensationStarted": _undoing,
    "DeliveryCompensated": _undoing,
    "CompensationRequested": _step,
    "StepTimedOut": _step,
    "DeliveryPaused": _paused,
}
