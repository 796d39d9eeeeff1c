"""The changes that an event makes to the read models."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from projections.models import builds, deliveries, outcomes, sources, specifications, tests
from projections.models.recorded import Recorded
from projections.models.table import Change

Handler = Callable[[Recorded], Iterator[Change]]

_HANDLERS: dict[str, tuple[Handler, ...]] = {
    "RequirementSubmitted": (deliveries.request_changes,),
    "AnalysisStarted": (deliveries.analysis_changes,),
    "ClarificationRequested": (deliveries.clarification_changes,),
    "AnalysisFailed": (deliveries.step_failed_changes,),
    "SpecificationWritten": (deliveries.specified_changes, specifications.specification_changes),
    "FeatureCreated": (specifications.feature_changes,),
    "FeatureDeleted": (specifications.feature_deleted_changes,),
    "SpecificationDiscarded": (specifications.specification_discarded_changes,),
    "BackendImplemented": (sources.source_changes,),
    "BackendFailed": (deliveries.step_failed_changes,),
    "FrontendImplemented": (sources.source_changes,),
    "FrontendFailed": (deliveries.step_failed_changes,),
    "TestsPassed": (deliveries.report_changes, tests.passed_changes, sources.source_changes),
    "TestsFailed": (deliveries.report_changes, deliveries.step_failed_changes, tests.failed_changes),
    "TestsDiscarded": (tests.tests_discarded_changes,),
    "BuildCompleted": (deliveries.artefact_changes, builds.completed_changes),
    "BuildFailed": (deliveries.step_failed_changes, builds.build_failed_changes),
    "BuildDiscarded": (deliveries.artefact_discarded_changes, builds.build_discarded_changes),
    "CompensationStarted": (deliveries.undoing_changes,),
    "DeliveryPaused": (outcomes.paused_changes,),
    "DeliverySucceeded": (deliveries.artefact_changes, outcomes.succeeded_changes),
    "DeliveryFailed": (deliveries.ended_changes, outcomes.failed_changes),
    "DeliveryCompensated": (deliveries.undoing_changes, outcomes.compensated_changes),
    "StepTimedOut": (deliveries.timed_out_changes,),
}


def changes_of(event: Recorded) -> Iterator[Change]:
    """All changes of rows but the timeline's, and those of `projections.models.spans`."""
    yield from deliveries.state_changes(event)
    for handler in _HANDLERS.get(event.envelope["event_type"], ()):
        yield from handler(event)
