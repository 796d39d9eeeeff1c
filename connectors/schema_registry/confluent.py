"""A schema registry with Confluent's interface: Confluent's own, Apicurio, Karapace."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import fastavro
from confluent_kafka.schema_registry import Schema as RegisteredSchema
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
from fastavro.schema import to_parsing_canonical_form
from httpx2 import HTTPError, TimeoutException

from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import CallPolicy
from schemas.avro_schema import NAMESPACE, JsonValue
from schemas.catalogue import BY_NAME, EVENT_TYPES, EventType
from schemas.errors import DecodeError, SetupError
from schemas.registry import PackagedSchemas, WriterSchema, parsed_schema, schema_text

T = TypeVar("T")

COMPATIBILITY = "FULL_TRANSITIVE"
_NOT_FOUND = 404
_UNKNOWN_SECONDS = 30.0
_EVENTS = f"{NAMESPACE}.events."


def subject_of(event_type: EventType) -> str:
    """The subject of an event type (TopicRecordNameStrategy): '<topic>-<full name of the record>'."""
    return f"{event_type.topic}-{_EVENTS}{event_type.name}"


class ConfluentRegistry:
    """Ids and schemas of a registry; each is asked for once.

    A type's versions are registered when its first event is written. Ids that the registry does not
    know are taken as those of the packaged schemas, which wrote the log before there was a registry.
    While it is away, what it has once answered still holds, as ids never change; nothing else may take its
    place: another schema of the packaged id would read the bytes as something that nobody wrote.
    """

    def __init__(self, url: str, policy: CallPolicy | None = None) -> None:
        policy = policy or CallPolicy()
        self._url = url
        self._calls = Outgoing(
            "schema-registry", policy, is_failure=_is_passing, timeouts=(TimeoutException,)
        )
        self._client = SchemaRegistryClient({"url": url, "timeout": policy.timeout_seconds, "max.retries": 0})
        self._packaged = PackagedSchemas()
        self._ids: dict[str, int] = {}
        self._schemas: dict[int, WriterSchema] = {}
        self._unknown_until: dict[int, float] = {}
        self._lock = threading.Lock()

    def id_of(self, event_type: EventType) -> int:
        """Wire id of the current version of a type.

        Raises:
            SetupError: the registry does not answer, or refuses the schema.
        """
        known = self._ids.get(event_type.name)
        if known is not None:
            return known
        with self._lock:
            if event_type.name not in self._ids:
                self._ids[event_type.name] = self._register(event_type)
            return self._ids[event_type.name]

    def writer_schema(self, schema_id: int) -> WriterSchema:
        """The schema of a wire id.

        Raises:
            DecodeError: the id is not known, or is that of something else than an event of ours.
            SetupError: the registry does not answer.
        """
        found = self._schemas.get(schema_id)
        if found is None:
            with self._lock:
                found = self._schemas.get(schema_id) or self._looked_up(schema_id)
        return found

    def register_all(self) -> dict[str, int]:
        """Register all versions of all event types; gives the wire id of each type's current one.

        Raises:
            SetupError: the registry does not answer, or refuses a schema.
        """
        return {event_type.name: self.id_of(event_type) for event_type in EVENT_TYPES}

    def _register(self, event_type: EventType) -> int:
        subject, schema_id = subject_of(event_type), 0
        for version in range(1, event_type.version + 1):
            text = schema_text(event_type.name, version)
            schema = RegisteredSchema(text, "AVRO")
            what = f"Registering {event_type.name} v{version} as {subject} at {self._url}"
            schema_id = self._ask(what, lambda: self._client.register_schema(subject, schema))  # noqa: B023
            parsed = parsed_schema(event_type.name, version)
            self._schemas[schema_id] = WriterSchema(event_type, version, parsed)
            if version == 1:
                # Some registries know a subject's compatibility only when the subject is there.
                what = f"Setting the compatibility of {subject} at {self._url}"
                self._ask(what, lambda: self._client.set_compatibility(subject, COMPATIBILITY))
        return schema_id

    def _looked_up(self, schema_id: int) -> WriterSchema:
        if self._unknown_until.get(schema_id, 0.0) > time.monotonic():
            return self._packaged.writer_schema(schema_id)
        what = f"Asking {self._url} for the schema {schema_id}"
        try:
            registered = self._ask(what, lambda: self._client.get_schema(schema_id))
        except _UnknownIdError:
            if len(self._unknown_until) > 10_000:
                self._unknown_until.clear()
            self._unknown_until[schema_id] = time.monotonic() + _UNKNOWN_SECONDS
            return self._packaged.writer_schema(schema_id)
        found = _known_version(registered.schema_str or "") or self._other_version(schema_id, registered)
        self._schemas[schema_id] = found
        return found

    def _other_version(self, schema_id: int, registered: RegisteredSchema) -> WriterSchema:
        """A version that this program does not know, as that of a newer one; it is compatible."""
        text = registered.schema_str or "null"
        plain: JsonValue = json.loads(text)
        name = _event_name(plain)
        if name is None:
            raise DecodeError(
                f"Decoding a record with schema id {schema_id}",
                why=f"at {self._url} this is the id of another schema than an event's",
                todo="Publish with a schema of schemas/avro",
            )
        event_type = BY_NAME[name]
        what = f"Asking {self._url} for the version of the schema {schema_id}"
        uses = self._ask(what, lambda: self._client.get_schema_versions(schema_id))
        versions = [use.version for use in uses if use.subject == subject_of(event_type) and use.version]
        version = max(versions, default=event_type.version)
        return WriterSchema(event_type, version, fastavro.parse_schema(json.loads(text)))

    def _ask(self, what: str, request: Callable[[], T]) -> T:
        try:
            # To register the same schema twice gives the same id.
            return self._calls.call(request, is_repeatable=True)
        except SchemaRegistryError as error:
            if error.http_status_code == _NOT_FOUND:
                raise _UnknownIdError(
                    what, why="it is not known there", todo="Check SCHEMA_REGISTRY_URL"
                ) from error
            raise SetupError(
                what,
                why=f"the registry answers {error.http_status_code}: {error.error_message}",
                todo="Check the schema with: python -m schemas.compatibility",
            ) from error
        except (HTTPError, OSError) as error:
            raise SetupError(
                what,
                why=f"it does not answer ({error!r}), tried {self._calls.policy.attempts} times",
                todo="Start the schema registry, or correct SCHEMA_REGISTRY_URL",
            ) from error


class _UnknownIdError(SetupError):
    """The registry does not have what was asked for."""


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, SchemaRegistryError):
        return error.http_status_code >= 500 or error.http_status_code == 429
    return isinstance(error, HTTPError | OSError)


def _event_name(plain: JsonValue) -> str | None:
    if not isinstance(plain, dict) or plain.get("type") != "record":
        return None
    full = f"{plain.get('namespace', '')}.{plain.get('name', '')}".lstrip(".")
    name = full.removeprefix(_EVENTS)
    return name if full.startswith(_EVENTS) and name in BY_NAME else None


def _known_version(text: str) -> WriterSchema | None:
    try:
        return _versions_by_form().get(to_parsing_canonical_form(json.loads(text)))
    except Exception:
        # Not Avro, or of a kind that fastavro does not know: it is none of ours.
        return None


@cache
def _versions_by_form() -> dict[str, WriterSchema]:
    """Each version of each event type by its canonical form, which has no documentation."""
    return {
        to_parsing_canonical_form(json.loads(schema_text(each.name, version))): WriterSchema(
            each, version, parsed_schema(each.name, version)
        )
        for each in EVENT_TYPES
        for version in range(1, each.version + 1)
    }
