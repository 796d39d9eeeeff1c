"""A Faust agent that does nothing but count: `python -m ...bare_faust <brokers> <topic> <count> <way>`.

Prints JSON with the seconds from the first to the last event, by the clock and of processor time.
`take` takes batches as our inbox does; `each` goes through the events one by one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

import faust

from deploy.local.ports import free_ports

_BATCH = 500


class Count:
    """Counts events, and tells the time at the last one."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._seen = 0
        self._wall = self._cpu = 0.0

    def add(self, number: int) -> None:
        """Some more events; ends the process when all are there."""
        if self._seen == 0:
            self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._seen += number
        if self._seen >= self._expected:
            wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
            # On a line of its own: Faust writes control characters for terminals.
            print("\n" + json.dumps({"count": self._seen - number, "wall": wall, "cpu": cpu}), flush=True)
            os._exit(0)


def app_of(brokers: str, topic: str, expected: int, way: str) -> faust.App:
    """The app, set as ours is where a setting has to do with speed."""
    app = faust.App(
        f"bare-{way}-{os.getpid()}",
        broker=f"kafka://{brokers}",
        store="memory://",
        datadir=tempfile.mkdtemp(prefix="bare-faust-"),
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=4,
        broker_max_poll_records=_BATCH,
        stream_buffer_maxsize=_BATCH,
        stream_wait_empty=False,
        web_enabled=False,
        web_port=free_ports(1)[0],
    )
    count = Count(expected)

    @app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"))
    async def bare(stream: Any) -> None:
        if way == "take":
            async for batch in stream.take_events(_BATCH, within=0.02):
                count.add(len(batch))
        else:
            async for _ in stream.events():
                count.add(1)

    return app


if __name__ == "__main__":
    worker = faust.Worker(
        app_of(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]), loglevel="ERROR", quiet=True,
        redirect_stdouts=False,
    )  # fmt: skip
    sys.argv[1:] = []
    worker.execute_from_commandline()
