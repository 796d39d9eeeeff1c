"""All checks on the evidence of a run."""

from __future__ import annotations

from deploy.faults.checker.chains import all_chains, deliveries_of
from deploy.faults.checker.evidence import Evidence, Findings
from deploy.faults.checker.states import check_states
from deploy.faults.checker.streams import check_log, check_stores, check_timeline


def check(evidence: Evidence) -> Findings:
    """What is missing, duplicated, out of order or in a wrong state."""
    deliveries = deliveries_of(evidence.log)
    found = Findings()
    for part in (
        check_log(evidence),
        check_stores(evidence),
        check_timeline(evidence),
        all_chains(deliveries),
        check_states(evidence, deliveries),
    ):
        found.add(part)
    return found
