"""One real service as a process, with a quick worker: `python -m ...agent_process <service>`."""

from __future__ import annotations

import sys

from connectors.settings import settings
from streams.runtime.agent import run
from tests.integration.streams.pipeline.quick_workers import STEP_OF, QuickWorker

if __name__ == "__main__":
    name = sys.argv[1]
    run(name, settings(), QuickWorker(STEP_OF[name]) if name in STEP_OF else None)
