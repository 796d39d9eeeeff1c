"""Fencing a crashed broker before it starts again, so that no committed record becomes unreadable.

A broker that crashed is still registered as alive. Kafka 4.3.1 then loads its transactions at the next
start while it takes itself for the leader, is fenced as its old session ends, finds the partitions without
a leader, and counts the commit markers it still owes as written (KAFKA-20734): the records before them are
never shown to a reader of committed ones. Measured here: 7 of 9 starts after a `kill -9` right after a
commit. Once the old registration is fenced before the start, no marker was lost in 20.

So the controller runs alone for about a second, with short sessions, until it has fenced the broker.
"""

from __future__ import annotations

import re
import time

from deploy.local.broker_place import BrokerPlace, java_command, properties
from deploy.local.process import identify, start_detached, stop, tail
from schemas.errors import SetupError

_LIMIT_SECONDS = 60.0
_STOP_SECONDS = 10.0
# The broker leaves this file when it ends in good order, and removes it at its start.
_CLEAN = ".kafka_cleanshutdown"
_ACTIVE = "Performing controller activation"
_REGISTRATION = re.compile(r"(?:Broker[A-Za-z]*|Register)[A-Za-z]*Record\(.*\bfenced=(true|false|-?1|0)")


def fence_crashed_broker(place: BrokerPlace) -> None:
    """Fence the broker if it crashed; nothing is done after an end in good order, or before its first start.

    Raises:
        SetupError: the controller does not start.
    """
    if (place.data / _CLEAN).exists() or not (place.data / "__cluster_metadata-0").exists():
        return
    configuration = place.folder / "fencing.properties"
    configuration.write_text(properties(place, "fencing.properties", place.data))
    log = place.folder / "fencing.log"
    log.unlink(missing_ok=True)
    command = java_command(place, "-Dstreamwright.registrations=info")
    process = start_detached([*command, "kafka.Kafka", str(configuration)], log=log, folder=place.folder)
    deadline = time.monotonic() + _LIMIT_SECONDS
    try:
        while not is_fenced(log.read_text(errors="replace")):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SetupError(
                    f"Recovering the broker in {place.folder} after a crash",
                    why=f"its controller did not get ready; its last words: {tail(log, 3)}",
                    todo=f"Read {log}; make room if the disk is full",
                )
            time.sleep(0.05)
    finally:
        found = identify(process.pid)
        if found is not None:
            stop(found, timeout_seconds=_STOP_SECONDS)
        process.wait()


def is_fenced(log: str) -> bool:
    """Whether a controller with this log is active and has the broker as fenced, or not registered.

    The log tells each change of the registration in turn: in a record of the whole registration as true or
    false, in a record of a change as 1 (fenced), -1 (not any more) or 0 (no change).
    """
    fenced = True
    for value in _REGISTRATION.findall(log):
        if value in ("true", "1"):
            fenced = True
        elif value in ("false", "-1"):
            fenced = False
    return fenced and _ACTIVE in log and "Kafka Server started" in log
