"""Which cluster the brokers belong to."""

from __future__ import annotations

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.errors import SetupError

_TIMEOUT_SECONDS = 30.0


def cluster_id(brokers: str) -> str:
    """Id of the cluster; a log that is copied or made anew is in another one.

    Raises:
        SetupError: the broker cannot be reached.
    """
    try:
        found = AdminClient({"bootstrap.servers": brokers}).list_topics(timeout=_TIMEOUT_SECONDS).cluster_id
    except KafkaException as error:
        raise SetupError(
            f"Asking {brokers} for its cluster",
            why=str(error.args[0]),
            todo="Check the broker with: streamwright status",
        ) from error
    return str(found or "")
