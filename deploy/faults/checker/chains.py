"""What follows what in a delivery: every start has an end, every failure its undoing, last step first."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from deploy.faults.checker.evidence import Findings, LoggedEvent

STEPS = ("analysis", "backend", "frontend", "tests", "build")
STARTED = dict(
    zip(
        STEPS,
        ("AnalysisStarted", "BackendStarted", "FrontendStarted", "TestsStarted", "BuildStarted"),
        strict=True,
    )
)
DONE = {
    "analysis": ("SpecificationWritten", "ClarificationRequested"),
    "backend": ("BackendImplemented",),
    "frontend": ("FrontendImplemented",),
    "tests": ("TestsPassed",),
    "build": ("BuildCompleted",),
}
FAILED = dict(
    zip(
        STEPS,
        ("AnalysisFailed", "BackendFailed", "FrontendFailed", "TestsFailed", "BuildFailed"),
        strict=True,
    )
)
DISCARDED = dict(
    zip(
        STEPS,
        (
            "SpecificationDiscarded",
            "BackendDiscarded",
            "FrontendDiscarded",
            "TestsDiscarded",
            "BuildDiscarded",
        ),
        strict=True,
    )
)
# The event that a step starts upon.
TRIGGER = {
    "backend": "SpecificationWritten",
    "frontend": "BackendImplemented",
    "tests": "FrontendImplemented",
    "build": "TestsPassed",
}
ENDS = {
    "DeliveryPaused": "clarification",
    "DeliverySucceeded": "built",
    "DeliveryFailed": "failed",
    "DeliveryCompensated": "compensated",
}
_BY_PEOPLE = ("RequirementSubmitted", "ClarificationAnswered", "CancellationRequested", "RetryRequested")
# Facts that tell events of one type and attempt apart.
_TELL_APART = ("step", "feature_id", "number")
_FEATURES = 2
_EXCUSES = ("given up", "No space left on device")


@dataclass(frozen=True, slots=True)
class Delivery:
    """The events of one delivery, by type and attempt; each in order of its stream."""

    name: str
    events: tuple[LoggedEvent, ...]
    by: dict[tuple[str, int], list[LoggedEvent]]

    def has(self, event_type: str, attempt: int) -> bool:
        """Whether there is such an event of the attempt."""
        return (event_type, attempt) in self.by

    def of(self, event_type: str) -> list[LoggedEvent]:
        """All events of a type."""
        return [event for event in self.events if event.event_type == event_type]

    def undone(self, step: str, attempt: int) -> bool:
        """Whether the step was undone in this attempt or a later one."""
        return any(event.attempt >= attempt for event in self.of(DISCARDED[step]))


def deliveries_of(log: Iterable[LoggedEvent]) -> list[Delivery]:
    """The log by delivery."""
    grouped: dict[str, list[LoggedEvent]] = defaultdict(list)
    for event in log:
        grouped[event.delivery].append(event)
    made = []
    for name, events in grouped.items():
        events.sort(key=lambda each: (each.stream, each.version, each.offset))
        by: dict[tuple[str, int], list[LoggedEvent]] = defaultdict(list)
        for event in events:
            by[event.event_type, event.attempt].append(event)
        made.append(Delivery(name, tuple(events), dict(by)))
    return made


def check_chain(delivery: Delivery) -> Findings:
    """All that one delivery's events tell about each other."""
    found = Findings()
    _check_once(delivery, found)
    _check_beginning(delivery, found)
    for step in STEPS:
        _check_step(delivery, step, found)
    for attempt in sorted({event.attempt for event in delivery.events} - {0}):
        _check_reactions(delivery, attempt, found)
        _check_features(delivery, attempt, found)
    for started in delivery.of("CompensationStarted"):
        _check_undoing(delivery, started, found)
    _check_expected(delivery, found)
    return found


def _check_once(delivery: Delivery, found: Findings) -> None:
    """Nothing happens twice in an attempt, under whatever event id."""
    keys = Counter(
        (event.event_type, event.attempt, *(event.facts.get(name) for name in _TELL_APART))
        for event in delivery.events
        if event.event_type not in _BY_PEOPLE
    )
    for (name, attempt, *_), times in keys.items():
        if times > 1:
            found.duplicated.append(f"{delivery.name} has {times} {name} in attempt {attempt}")


def _check_beginning(delivery: Delivery, found: Findings) -> None:
    if not delivery.of("RequirementSubmitted"):
        found.missing.append(f"{delivery.name} has no RequirementSubmitted")
    for name in ("DeliveryStarted", "AnalysisStarted"):
        if not delivery.has(name, 1) and not (name == "AnalysisStarted" and delivery.undone("analysis", 1)):
            found.missing.append(f"{delivery.name} has no {name}")
    for started in delivery.of("DeliveryStarted"):
        if not any(delivery.has(end, started.attempt) for end in ENDS):
            found.missing.append(f"attempt {started.attempt} of {delivery.name} has no outcome")
    cancelled = delivery.of("CancellationRequested")
    if cancelled and not (delivery.of("CompensationStarted") or delivery.of("DeliveryFailed")):
        found.missing.append(f"the cancellation of {delivery.name} has no effect")


def _check_step(delivery: Delivery, step: str, found: Findings) -> None:
    for trigger in delivery.of(TRIGGER[step]) if step in TRIGGER else ():
        if not delivery.has(STARTED[step], trigger.attempt) and not delivery.undone(step, trigger.attempt):
            found.missing.append(f"{trigger} did not start {step}")
    ends = (*DONE[step], FAILED[step])
    for started in delivery.of(STARTED[step]):
        attempt = started.attempt
        if any(delivery.has(end, attempt) for end in ends) or delivery.undone(step, attempt):
            continue
        if not any(late.facts["step"] == step for late in delivery.by.get(("StepTimedOut", attempt), ())):
            found.missing.append(f"{started} has no result")
    for end in ends:
        for event in delivery.of(end):
            if not delivery.has(STARTED[step], event.attempt):
                found.missing.append(f"{event} was not started")


def _check_reactions(delivery: Delivery, attempt: int, found: Findings) -> None:
    """The saga has reacted to what happened in the attempt."""
    undoing = delivery.has("CompensationStarted", attempt)
    reactions = {
        "BuildCompleted": "DeliverySucceeded",
        "ClarificationRequested": "DeliveryPaused",
        "StepTimedOut": "CompensationStarted",
        **dict.fromkeys(FAILED.values(), "CompensationStarted"),
        "AnalysisFailed": "DeliveryFailed",
    }
    for event_type, reaction in reactions.items():
        if delivery.has(event_type, attempt) and not (delivery.has(reaction, attempt) or undoing):
            found.missing.append(f"{event_type} of {delivery.name} has no {reaction}")
    for reaction, needed in (
        ("DeliverySucceeded", "BuildCompleted"),
        ("DeliveryPaused", "ClarificationRequested"),
    ):
        if delivery.has(reaction, attempt) and not delivery.has(needed, attempt):
            found.wrong_state.append(f"{delivery.name} has {reaction} in attempt {attempt} without {needed}")
    if delivery.has("DeliveryFailed", attempt) and undoing:
        found.wrong_state.append(f"attempt {attempt} of {delivery.name} both failed and was undone")


def _check_features(delivery: Delivery, attempt: int, found: Findings) -> None:
    created = [e.facts["feature_id"] for e in delivery.by.get(("FeatureCreated", attempt), ())]
    deleted = [e.facts["feature_id"] for e in delivery.by.get(("FeatureDeleted", attempt), ())]
    if delivery.has("SpecificationWritten", attempt) and len(set(created)) != _FEATURES:
        found.missing.append(f"{delivery.name} has {len(set(created))} features in attempt {attempt}")
    if delivery.has("SpecificationDiscarded", attempt) and deleted != created[::-1]:
        found.wrong_state.append(f"{delivery.name} created {created} and deleted {deleted}")


def _check_undoing(delivery: Delivery, started: LoggedEvent, found: Findings) -> None:
    """The plan undoes what was done, last first, one step after the other, to its end."""
    attempt, plan = started.attempt, cast("list[str]", started.facts["plan"])
    if plan != _steps_to_undo(started):
        found.wrong_state.append(f"{started} plans to undo {plan}")
    requests = delivery.by.get(("CompensationRequested", attempt), [])
    asked = [str(event.facts["step"]) for event in requests]
    if asked != plan:
        kind = found.missing if set(asked) < set(plan) else found.wrong_state
        kind.append(f"{started} asked to undo {asked} of {plan}")
    turns: list[LoggedEvent] = []
    for request in requests:
        undone = delivery.by.get((DISCARDED[str(request.facts["step"])], attempt), [])
        if not undone:
            found.missing.append(f"{request} has no effect")
        turns += [request, *undone[:1]]
    # All of them are in one partition.
    if [turn.offset for turn in turns] != sorted(turn.offset for turn in turns):
        found.wrong_state.append(f"{started} undid steps in another order than the reverse")
    done = delivery.by.get(("DeliveryCompensated", attempt), [])
    if not done:
        found.missing.append(f"{started} did not come to its end")
    elif done[0].facts["undone"] != plan or done[0].facts["cause"] != started.facts["cause"]:
        found.wrong_state.append(f"{done[0]} tells other than {started}")


def _steps_to_undo(started: LoggedEvent) -> list[str]:
    cause, step = started.facts["cause"], str(started.facts["failed_step"])
    if cause == "cancelled":
        return list(STEPS[::-1])
    upto = STEPS.index(step) + (cause == "timed_out")
    return list(STEPS[:upto][::-1])


def _check_expected(delivery: Delivery, found: Findings) -> None:
    """The outcomes are those that the requirement expects, unless a step was late or given up."""
    submitted = delivery.of("RequirementSubmitted")
    if not submitted:
        return
    expected = json.loads(str(submitted[0].facts["requirement"])).get("expects")
    told = outcomes_of(delivery)
    if expected == told or expected is None or is_excused(delivery):
        return
    if len(told) < len(expected) and told == expected[: len(told)]:
        found.missing.append(f"{delivery.name} came to {told} of {expected}")
    else:
        found.wrong_state.append(f"{delivery.name} came to {told} in place of {expected}")


def outcomes_of(delivery: Delivery) -> list[str]:
    """The last outcome of each attempt, in order."""
    attempts = sorted({event.attempt for event in delivery.events if event.event_type in ENDS})
    return [outcome for attempt in attempts if (outcome := outcome_of(delivery, attempt))]


def outcome_of(delivery: Delivery, attempt: int) -> str:
    """How an attempt ended, '' where it has not; undoing comes after every other end."""
    compensated = delivery.by.get(("DeliveryCompensated", attempt), [])
    if compensated:
        return "cancelled" if compensated[0].facts["cause"] == "cancelled" else "compensated"
    names = ("DeliveryFailed", "DeliverySucceeded", "DeliveryPaused")
    return next((ENDS[name] for name in names if delivery.has(name, attempt)), "")


def is_excused(delivery: Delivery) -> bool:
    """Whether a step was late, had no room, or was killed so often that it was given up: then another
    outcome is right."""
    reasons = [str(event.facts.get("reason", "")) for event in delivery.events]
    if any(excuse in reason for reason in reasons for excuse in _EXCUSES):
        return True
    wished = json.loads(str(delivery.of("RequirementSubmitted")[0].facts["requirement"])).get("slow")
    return not wished and bool(delivery.of("StepTimedOut"))


def number_excused(log: Iterable[LoggedEvent]) -> int:
    """How many deliveries another outcome than the expected one is right for."""
    return sum(bool(each.of("RequirementSubmitted")) and is_excused(each) for each in deliveries_of(log))


def all_chains(deliveries: Sequence[Delivery]) -> Findings:
    """The findings of all deliveries."""
    found = Findings()
    for delivery in deliveries:
        found.add(check_chain(delivery))
    return found
