"""Reading records as other clients may write them."""

from __future__ import annotations

import os
import subprocess
import sys

from connectors.kafka.log import UNREADABLE_HEADERS, read_log
from connectors.settings import Settings
from schemas.topics import REQUIREMENT_EVENTS

# Kafka takes header names of any bytes, most clients none but UTF-8: one is made to write others.
_PRODUCER = f"""
import asyncio, sys
from aiokafka import AIOKafkaProducer

class Name(str):
    def encode(self, *_):
        return b"\\xff\\xfe"

async def produce():
    async with AIOKafkaProducer(bootstrap_servers=sys.argv[1]) as producer:
        # So many that Python has taken its short cuts for what it calls often.
        for _ in range(100):
            await producer.send_and_wait("{REQUIREMENT_EVENTS}", b"x", key=b"k", headers=[("x", b"1")])
        await producer.send_and_wait("{REQUIREMENT_EVENTS}", b"first", key=b"k", headers=[(Name("x"), b"1")])
        await producer.send_and_wait("{REQUIREMENT_EVENTS}", b"second", key=b"k", headers=[("empty", None)])

asyncio.run(produce())
"""


def test_given_a_header_name_that_is_no_text_when_read_then_the_record_comes_and_those_behind_it(
    prepared: Settings,
) -> None:
    environment = {**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"}
    subprocess.run([sys.executable, "-c", _PRODUCER, prepared.kafka_brokers], env=environment, check=True)

    *others, first, second = read_log(prepared.kafka_brokers, [REQUIREMENT_EVENTS])

    assert [each.headers for each in others] == [(("x", b"1"),)] * 100

    assert (first.key, first.value, first.headers) == (b"k", b"first", UNREADABLE_HEADERS)
    assert (second.value, second.headers) == (b"second", (("empty", b""),))
