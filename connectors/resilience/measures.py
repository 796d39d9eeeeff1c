"""Metrics of outgoing calls, for the whole process."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

STATES = Gauge("circuit_breaker_state", "0 closed, 1 half open, 2 open", ["name"])
OPENINGS = Counter("circuit_breaker_openings", "Times that the breaker has opened", ["name"])
REFUSALS = Counter("outgoing_refusals", "Calls that an open breaker did not let through", ["name"])
RETRIES = Counter("outgoing_retries", "Tries of outgoing calls after the first", ["name"])
TIMEOUTS = Counter("outgoing_timeouts", "Outgoing calls that took longer than they may", ["name"])
DEGRADED = Counter("outgoing_degraded_answers", "Answers given in place of the one asked for", ["name"])
LOST_CHANGES = Counter("circuit_breaker_unrecorded_changes", "State changes that were not recorded as events")
