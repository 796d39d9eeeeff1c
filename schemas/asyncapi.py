"""The AsyncAPI description of the topics, made from the catalogue, the topics and the headers."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from schemas.avro_schema import JsonValue, event_schema
from schemas.catalogue import EVENT_TYPES, EventType
from schemas.cloudevents import CONTENT_TYPE, HEADERS, OPTIONAL_HEADERS, SPEC_VERSION, cloud_event_type
from schemas.events.requirement import (
    CancellationRequested,
    ClarificationAnswered,
    RequirementSubmitted,
    RetryRequested,
)
from schemas.topics import EVENT_TOPICS, REQUIREMENT_EVENTS, TOPICS, Topic, dead_letter_topic

ASYNCAPI_VERSION = "3.0.0"
_AVRO = "application/vnd.apache.avro;version=1.9.0"
_BINDING = "0.5.0"
_FROM_PEOPLE = (RequirementSubmitted, ClarificationAnswered, CancellationRequested, RetryRequested)
_DEAD_LETTER = "DeadLetter"
_DEAD_LETTER_HEADERS = {
    "dlq.service": "Service that could not process the record",
    "dlq.topic": "Topic in which the record stands",
    "dlq.partition": "Partition in which it stands",
    "dlq.offset": "Its offset",
    "dlq.reason": "Why it could not be processed",
    "dlq.stack": "Stack trace; empty where the record itself was refused",
}
_DESCRIPTION = (
    "Every step of a delivery is an event in one of these topics. Any client may publish the events of"
    " people to requirement-events; all others are written by the services, each exactly once for readers"
    " that are read_committed. Values are Avro in the Confluent wire format: byte 0, the schema id in 4"
    " bytes (big endian), the event. x-schema-ids are the ids of the versions where no registry is set."
)


def asyncapi_document(avro_of: Callable[[EventType], JsonValue] = event_schema) -> dict[str, JsonValue]:
    """The document, JSON-like.

    Args:
        avro_of: what stands as the Avro schema of an event type: the schema itself, or a reference to it.
    """
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "streamwright events",
            "version": version("streamwright"),
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {
            "messageTraits": {"event": _trait()},
            "messages": {
                **{event_type.name: _message(event_type, avro_of) for event_type in EVENT_TYPES},
                _DEAD_LETTER: _dead_letter(),
            },
        },
    }


def _server() -> JsonValue:
    return {
        "host": "{brokers}",
        "protocol": "kafka",
        "description": "The brokers that KAFKA_BROKERS names",
        "variables": {"brokers": {"default": "localhost:9092", "description": "host:port of a broker"}},
    }


def _messages_in(topic: str) -> list[str]:
    names = [event_type.name for event_type in EVENT_TYPES if event_type.topic == topic]
    return names or [_DEAD_LETTER]


def _channel(topic: Topic) -> JsonValue:
    is_for_events = topic.name in EVENT_TOPICS
    return {
        "address": topic.name,
        "description": f"Events of {topic.name}; what has one key stands in order in one partition"
        if is_for_events
        else "Records that could not be processed, each with the reason",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages_in(topic.name)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.config["cleanup.policy"]],
                    "retention.ms": int(topic.config["retention.ms"]),
                    "retention.bytes": int(topic.config["retention.bytes"]),
                    "max.message.bytes": int(topic.config["max.message.bytes"]),
                },
                "bindingVersion": _BINDING,
            }
        },
    }


def _operations() -> dict[str, JsonValue]:
    people = [payload.__name__ for payload in _FROM_PEOPLE]
    received = _operation("receive", REQUIREMENT_EVENTS, people, "What people ask for, from any client")
    sent: dict[str, JsonValue] = {
        f"send-{topic}": _operation(
            "send",
            topic,
            [n for n in _messages_in(topic) if n not in people],
            f"What services put in {topic}",
        )
        for topic in (*EVENT_TOPICS, *map(dead_letter_topic, EVENT_TOPICS))
    }
    return {f"receive-{REQUIREMENT_EVENTS}": received, **sent}


def _operation(action: str, topic: str, messages: list[str], summary: str) -> JsonValue:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{name}"} for name in messages],
    }


def _trait() -> JsonValue:
    fixed: dict[str, JsonValue] = {
        "content-type": {"const": CONTENT_TYPE},
        "ce_specversion": {"const": SPEC_VERSION},
        "ce_source": {"format": "uri-reference"},
        "ce_time": {"format": "date-time"},
    }
    properties: dict[str, JsonValue] = {}
    for name, told in HEADERS.items():
        more = fixed.get(name, {})
        assert isinstance(more, dict)
        properties[name] = {"type": "string", "description": told, **more}
    required: list[JsonValue] = [name for name in HEADERS if name not in OPTIONAL_HEADERS]
    return {
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "properties": properties, "required": required},
        "correlationId": {
            "description": "Id of the event that started the delivery",
            "location": "$message.header#/ce_correlationid",
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": "Id of the delivery"},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "TopicRecordNameStrategy",
                "bindingVersion": _BINDING,
            }
        },
    }


def _message(event_type: EventType, avro_of: Callable[[EventType], JsonValue]) -> JsonValue:
    told = " ".join((event_type.payload.__doc__ or "").split())
    type_header: JsonValue = {"const": cloud_event_type(event_type.name, event_type.version)}
    return {
        "name": event_type.name,
        "title": f"{event_type.name}, version {event_type.version}",
        "summary": told,
        "traits": [{"$ref": "#/components/messageTraits/event"}],
        "headers": {"properties": {"ce_type": type_header}},
        "payload": {"schemaFormat": _AVRO, "schema": avro_of(event_type)},
        "x-schema-ids": list(event_type.schema_ids),
    }


def _dead_letter() -> JsonValue:
    return {
        "name": _DEAD_LETTER,
        "summary": "A record that could not be processed: its bytes, key and headers, and why",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "properties": {
                name: {"type": "string", "description": told} for name, told in _DEAD_LETTER_HEADERS.items()
            },
            "required": list(_DEAD_LETTER_HEADERS),
        },
        "payload": {"description": "The record's value as it was; absent where it is too large to go along"},
    }
