"""Creating the declared topics."""

from __future__ import annotations

from collections.abc import Sequence

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from schemas.errors import SetupError
from schemas.topics import TOPICS, Topic

_TIMEOUT_SECONDS = 30.0


def ensure_topics(brokers: str, topics: Sequence[Topic] = TOPICS, *, replication: int = -1) -> list[str]:
    """Create the topics that are missing, and give their names.

    Args:
        replication: copies of each partition, -1 for the broker's default.

    Raises:
        SetupError: the broker cannot be reached, or refuses.
    """
    admin = AdminClient({"bootstrap.servers": brokers})
    try:
        present = admin.list_topics(timeout=_TIMEOUT_SECONDS).topics
        missing = [topic for topic in topics if topic.name not in present]
        if missing:
            _create(admin, missing, replication)
    except KafkaException as error:
        raise SetupError(
            f"Creating topics at {brokers}",
            why=str(error.args[0]),
            todo="Check that the broker runs and that its user may create topics",
        ) from error
    return [topic.name for topic in missing]


def _create(admin: AdminClient, topics: Sequence[Topic], replication: int) -> None:
    wanted = [
        NewTopic(
            topic.name,
            num_partitions=topic.partitions,
            replication_factor=replication,
            config=topic.config,
        )
        for topic in topics
    ]
    for name, future in admin.create_topics(wanted, operation_timeout=_TIMEOUT_SECONDS).items():
        try:
            future.result()
        except KafkaException as error:
            code = error.args[0].code()
            if code == KafkaError._UNSUPPORTED_FEATURE:
                # The in-process broker has no CreateTopics; it creates a topic when it is asked for.
                admin.list_topics(name, timeout=_TIMEOUT_SECONDS)
            elif code != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
