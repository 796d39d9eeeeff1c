"""One real service as a process; the analyzer works as it is set, all others are quick."""

from __future__ import annotations

import sys

from connectors.settings import settings
from streams.runtime.agent import run
from tests.integration.streams.pipeline.quick_workers import STEP_OF, QuickWorker

if __name__ == "__main__":
    name = sys.argv[1]
    is_quick = name in STEP_OF and name != "business-analyzer"
    run(name, settings(), QuickWorker(STEP_OF[name]) if is_quick else None)
