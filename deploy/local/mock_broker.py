"""librdkafka's in-process broker as a process of its own, for machines without Java; it keeps nothing.

Run with `python -m deploy.local.mock_broker ADDRESS_FILE`: it writes host:port into the file, and runs
until SIGTERM.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from confluent_kafka import Producer

from deploy.local.process import ProcessId, identify, start_detached, tail
from schemas.errors import SetupError

_START_SECONDS = 15.0


def start_mock_broker(address_file: Path, log: Path) -> tuple[ProcessId, str]:
    """Start one, and give its process and its host:port.

    Raises:
        SetupError: it ends, or does not tell its address.
    """
    address_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "deploy.local.mock_broker", str(address_file)]
    process = start_detached(command, log=log)
    deadline = time.monotonic() + _START_SECONDS
    while not address_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SetupError(
                "Starting librdkafka's in-process broker",
                why=f"it did not tell its address; its last words: {tail(log, 3)}",
                todo=f"Read {log}, or install Java 17 and Maven for a real broker",
            )
        time.sleep(0.02)
    started = identify(process.pid)
    if started is None:
        raise SetupError("Starting librdkafka's in-process broker", why="it ended", todo=f"Read {log}")
    return started, address_file.read_text()


def main(address_file: Path) -> None:
    """Hold a client whose test mode is a broker, until SIGTERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    client = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused", "log_level": 0})
    metadata = client.list_topics(timeout=_START_SECONDS)
    address = next(f"{broker.host}:{broker.port}" for broker in metadata.brokers.values())
    whole = address_file.with_suffix(".new")
    whole.write_text(address)
    whole.rename(address_file)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
