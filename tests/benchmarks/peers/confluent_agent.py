"""Our agent with a confluent-kafka consumer in place of Faust: `python -m ...confluent_agent <service>`.

For information: what the inbox and the outbox relay give without Faust. It has no work loop.
"""

from __future__ import annotations

import sys

from confluent_kafka import Consumer

from connectors.kafka.log import from_message
from connectors.logs import configure_logs
from connectors.postgres.roles import schema_of, service_url
from connectors.settings import settings
from schemas.codec import Codec
from streams.agents.registry import DEAD_LETTER_OWNER, DECIDERS, topics_of
from streams.runtime.inbox import Inbox
from streams.runtime.outbox import Relay
from streams.runtime.store import EventStore

_BATCH = 500


def main(name: str) -> None:
    """Run until killed."""
    config = settings()
    configure_logs(config.log_level)
    url, decider, codec = service_url(config.database_url, name), DECIDERS[name], Codec()
    store = EventStore(url, schema_of(name))
    inbox = Inbox(decider, store, codec, writes_dead_letters=name == DEAD_LETTER_OWNER)
    Relay(name, store, codec, config.kafka_brokers, url).start()
    consumer = Consumer(
        {
            "bootstrap.servers": config.kafka_brokers,
            "group.id": name,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe(topics_of(decider))
    while True:
        messages = consumer.consume(_BATCH, timeout=0.02)
        records = [from_message(message) for message in messages if message.error() is None]
        if records:
            inbox.handle(records)
            consumer.commit(asynchronous=True)


if __name__ == "__main__":
    main(sys.argv[1])
