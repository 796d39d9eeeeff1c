"""Creating the declared topics."""

from __future__ import annotations

from collections.abc import Sequence

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from schemas.errors import SetupError
from schemas.topics import TOPICS, Topic

_TIMEOUT_SECONDS = 30.0
_COPIES = 3
_SAFE = {"min.insync.replicas": "2"}


def copies_of(brokers: int, wanted: int) -> int:
    """Copies of each partition: those wanted; else three where there are so many brokers; else -1, which
    lets the broker choose."""
    return wanted or (_COPIES if brokers >= _COPIES else -1)


def ensure_topics(brokers: str, topics: Sequence[Topic] = TOPICS, *, replication: int = 0) -> list[str]:
    """Create the topics that are missing, and give their names. Those that are there stay as they are.

    Args:
        replication: copies of each partition; -1: the broker's default; 0: by the number of brokers.
            Of three or more copies two must have a record before it is acknowledged.

    Raises:
        SetupError: the broker cannot be reached, or refuses.
    """
    admin = AdminClient({"bootstrap.servers": brokers})
    try:
        cluster = admin.list_topics(timeout=_TIMEOUT_SECONDS)
        missing = [topic for topic in topics if topic.name not in cluster.topics]
        if missing and is_in_process(cluster.cluster_id):
            _create_by_asking(admin, missing)
        elif missing:
            _create(admin, missing, copies_of(len(cluster.brokers), replication))
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
            config={**topic.config, **(_SAFE if replication >= _COPIES else {})},
        )
        for topic in topics
    ]
    for future in admin.create_topics(wanted, operation_timeout=_TIMEOUT_SECONDS).values():
        try:
            future.result()
        except KafkaException as error:
            code = error.args[0].code()
            if code != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


def is_in_process(cluster_id: str | None) -> bool:
    """Whether the cluster of this id is librdkafka's in-process broker, which keeps nothing."""
    return bool(cluster_id and cluster_id.startswith("mockCluster"))


def _create_by_asking(admin: AdminClient, topics: Sequence[Topic]) -> None:
    """The in-process broker has no CreateTopics; it creates a topic, of 4 partitions, when asked for it."""
    for topic in topics:
        admin.list_topics(topic.name, timeout=_TIMEOUT_SECONDS)
