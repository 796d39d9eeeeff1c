"""Runs code that we did not write, walled off: no network, no secrets, bounded in every resource."""

from connectors.sandbox.launch import run
from connectors.sandbox.limits import Isolation, LimitHit, Limits, Outcome

__all__ = ["Isolation", "LimitHit", "Limits", "Outcome", "run"]
