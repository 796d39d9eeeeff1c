"""Offsets of consumer groups that have no members: read, and set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from schemas.errors import SetupError

Place = tuple[str, int]
_SECONDS = 30.0
_MOVING = (
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
)
_WITHOUT_MEMBERS = (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)


def _is_moving(error: BaseException) -> bool:
    """Whether the group's coordinator is just being chosen, as on a new or restarted broker."""
    return isinstance(error, KafkaException) and error.args[0].code() in _MOVING


_when_settled = retry(
    retry=retry_if_exception(_is_moving),
    wait=wait_fixed(0.25),
    stop=stop_after_delay(_SECONDS),
    reraise=True,
)


def groups_with_members(brokers: str, groups: Sequence[str]) -> list[str]:
    """Those of the groups that have members now.

    Raises:
        SetupError: the broker cannot be reached.
    """
    admin = AdminClient({"bootstrap.servers": brokers})
    found = []
    for group in groups:
        try:
            if _state(admin, group) not in _WITHOUT_MEMBERS:
                found.append(group)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
                raise _failure(group, error) from error
    return found


@_when_settled
def _state(admin: AdminClient, group: str) -> ConsumerGroupState:
    (future,) = admin.describe_consumer_groups([group], request_timeout=_SECONDS).values()
    state: ConsumerGroupState = future.result(_SECONDS).state
    return state


def committed_offsets(brokers: str, group: str, places: Sequence[Place]) -> dict[Place, int]:
    """What the group has committed of these partitions; those without are left out.

    Raises:
        SetupError: the broker cannot be reached.
    """
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": group, "enable.auto.commit": False})
    try:
        wanted = [TopicPartition(topic, partition) for topic, partition in places]
        found = _when_settled(consumer.committed)(wanted, timeout=_SECONDS)
    except KafkaException as error:
        raise _failure(group, error) from error
    finally:
        consumer.close()
    return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}


def set_offsets(brokers: str, group: str, offsets: Mapping[Place, int]) -> None:
    """Set the group's offsets of these partitions.

    Raises:
        SetupError: the broker cannot be reached, or the group has members.
    """
    if not offsets:
        return
    admin = AdminClient({"bootstrap.servers": brokers})
    wanted = [TopicPartition(topic, partition, offset) for (topic, partition), offset in offsets.items()]
    request = [ConsumerGroupTopicPartitions(group, wanted)]
    try:
        _alter(admin, request)
    except KafkaException as error:
        raise _failure(group, error) from error


@_when_settled
def _alter(admin: AdminClient, request: list[ConsumerGroupTopicPartitions]) -> None:
    (future,) = admin.alter_consumer_group_offsets(request).values()
    for each in future.result(_SECONDS).topic_partitions:
        if each.error is not None:
            raise KafkaException(each.error)


def _failure(group: str, error: KafkaException) -> SetupError:
    return SetupError(
        f"Reading or setting the offsets of the consumer group {group}",
        why=str(error.args[0]),
        todo="Check the broker, and stop the services with: streamwright down",
    )
