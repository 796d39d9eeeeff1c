"""What a process of a fault run is: one service with a quick worker, or the projector."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from connectors.settings import settings
from deploy.faults.quick_workers import STEP_OF, QuickWorker
from projections import projector
from streams.runtime import fault_points
from streams.runtime.agent import run

PROJECTOR = "projector"
TELL_STACKS = signal.SIGUSR2
"""Lets a process write to its log where each of its threads is."""


def be(service: str, environment: Mapping[str, str], log: Path, points: Path, artefacts: Path) -> None:
    """Run the service in this process, which was forked for it; does not return in good order.

    Args:
        environment: its settings.
        log: where its output goes.
        points: folder that arms fault points of the service.
    """
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    faulthandler.register(TELL_STACKS, file=sys.stderr)
    os.environ.update(environment)
    sys.argv = [service]
    fault_points.arm(points)
    settings.cache_clear()
    if service == PROJECTOR:
        projector.main()
        return
    worker = QuickWorker(STEP_OF[service], artefacts) if service in STEP_OF else None
    run(service, settings(), worker)
