"""Failure handling of outgoing calls: time limit, retry, breaker, degraded answer."""
