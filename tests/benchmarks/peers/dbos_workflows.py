# mypy: ignore-errors
# It runs in an environment of its own, with DBOS, which is not there where types are checked.
"""Five-step workflows of DBOS that do no work: `python dbos_workflows.py <database url> <count>`.

Runs in an environment of its own, as DBOS and Faust want different versions of a package. Prints JSON.
"""

import json
import os
import sys
import time

from dbos import DBOS, DBOSConfig

_WARM_UP = 5


@DBOS.step()
def step(number: int) -> int:
    """A step that does nothing."""
    return number


@DBOS.workflow()
def workflow(number: int) -> int:
    """Five steps, as a delivery has."""
    for _ in range(5):
        number = step(number)
    return number


def main(url: str, count: int) -> None:
    """Start them all at once, and wait for all; then some one after the other."""
    config: DBOSConfig = {"name": "benchmark", "system_database_url": url, "log_level": "ERROR"}
    DBOS(config=config)
    DBOS.launch()
    for number in range(_WARM_UP):
        workflow(number)
    began, cpu = time.perf_counter(), time.process_time()
    handles = [DBOS.start_workflow(workflow, number) for number in range(count)]
    for handle in handles:
        handle.get_result()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    waits = []
    for number in range(min(count, 50)):
        before = time.perf_counter()
        workflow(number)
        waits.append(time.perf_counter() - before)
    print(json.dumps({"count": count, "wall": wall, "cpu": used, "waits": waits}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
