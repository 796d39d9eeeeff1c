"""Read models and files against the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from deploy.faults.checker.chains import Delivery, outcome_of
from deploy.faults.checker.evidence import Evidence, Findings

K = TypeVar("K")
V = TypeVar("V")


def check_states(evidence: Evidence, deliveries: Sequence[Delivery]) -> Findings:
    """What the read models tell is what the log says, and builds have their files, and only they."""
    found = Findings()
    models = evidence.read_models
    for delivery in deliveries:
        _check_status(evidence, delivery, found)
    outcomes = {
        (each.name, attempt): outcome_of(each, attempt)
        for each in deliveries
        for attempt in {event.attempt for event in each.events}
    }
    # The table of outcomes tells a cancellation by its cause.
    told = {key: "compensated" if name == "cancelled" else name for key, name in outcomes.items() if name}
    _compare("outcome", told, dict(models.outcomes), found)
    features: dict[tuple[str, int, str], str] = {}
    builds: dict[tuple[str, int], bool] = {}
    for delivery in deliveries:
        for event in delivery.of("FeatureCreated"):
            features[delivery.name, event.attempt, str(event.facts["feature_id"])] = "created"
        for event in delivery.of("FeatureDeleted"):
            features[delivery.name, event.attempt, str(event.facts["feature_id"])] = "deleted"
        for event in delivery.of("BuildCompleted"):
            builds[delivery.name, event.attempt] = delivery.has("BuildDiscarded", event.attempt)
    _compare("feature", features, dict(models.features), found)
    _compare("build", builds, dict(models.builds), found)
    kept = {key for key, discarded in builds.items() if not discarded}
    found.missing += [f"build {key} has no file" for key in kept - evidence.artefacts]
    found.wrong_state += [f"file {key} has no build" for key in evidence.artefacts - kept]
    return found


def _check_status(evidence: Evidence, delivery: Delivery, found: Findings) -> None:
    shown = evidence.read_models.statuses.get(delivery.name)
    if shown is None:
        found.missing.append(f"{delivery.name} is not among the deliveries shown")
        return
    attempt = max(1, *(event.attempt for event in delivery.events))
    outcome = outcome_of(delivery, attempt)
    if outcome and shown != (attempt, outcome):
        found.wrong_state.append(
            f"{delivery.name} is shown as {shown}, and is {outcome} in attempt {attempt}"
        )


def _compare(what: str, logged: dict[K, V], shown: dict[K, V], found: Findings) -> None:
    found.missing += [f"{what} {key} is not shown" for key in logged.keys() - shown.keys()]
    found.wrong_state += [
        f"{what} {key} is shown, and not in the log" for key in shown.keys() - logged.keys()
    ]
    found.wrong_state += [
        f"{what} {key} is shown as {shown[key]}, and is {logged[key]}"
        for key in logged.keys() & shown.keys()
        if logged[key] != shown[key]
    ]
