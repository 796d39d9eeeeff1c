"""Examining broker, database and schema registry, and what they hold for us."""

from __future__ import annotations

import httpx
import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from connectors.kafka.topics import is_in_process
from connectors.postgres.roles import role_of, service_url
from connectors.settings import Settings
from deploy.local.finding import Finding, ok, warning, wrong
from deploy.local.prepare import PROJECTIONS
from schemas.topics import TOPICS
from streams.agents.registry import DECIDERS

_TIMEOUT_SECONDS = 5
_OLDEST_POSTGRES = 14
# Positions of relays are offsets of groups; a relay that rests for longer would publish all again.
_RETENTION_MINUTES = 60 * 24 * 365


def examine_servers(settings: Settings) -> list[Finding]:
    """Findings about the servers that these settings name; none for a server that is not named."""
    findings: list[Finding] = []
    if settings.kafka_brokers:
        findings += _broker(settings.kafka_brokers)
    if settings.database_url:
        findings += _database(settings.database_url)
    if settings.schema_registry_url:
        findings.append(_registry(settings.schema_registry_url))
    return findings


def _broker(brokers: str) -> list[Finding]:
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
    try:
        cluster = admin.list_topics(timeout=_TIMEOUT_SECONDS)
        found = [ok("broker", f"{brokers}, cluster {cluster.cluster_id}, {len(cluster.brokers)} broker(s)")]
        missing = [topic.name for topic in TOPICS if topic.name not in cluster.topics]
        if missing:
            return [
                *found,
                warning("topics", f"missing: {', '.join(missing)}", "Create them: streamwright up"),
            ]
        if is_in_process(cluster.cluster_id):
            return found
        return [*found, *_topics(admin), *_retention(admin, next(iter(cluster.brokers)))]
    except KafkaException as error:
        todo = "Start it with: streamwright up; or check KAFKA_BROKERS"
        return [wrong("broker", f"{brokers}: {error.args[0]}", todo)]


def _topics(admin: AdminClient) -> list[Finding]:
    resources = [ConfigResource(ResourceType.TOPIC, topic.name) for topic in TOPICS]
    answers = admin.describe_configs(resources, request_timeout=_TIMEOUT_SECONDS)
    values = {resource.name: future.result(_TIMEOUT_SECONDS) for resource, future in answers.items()}
    differing = [
        f"kafka-configs --alter --topic {topic.name} --add-config {name}={wanted}"
        for topic in TOPICS
        for name, wanted in topic.config.items()
        if values[topic.name][name].value != wanted
    ]
    if differing:
        return [
            wrong("topics", f"{len(differing)} settings differ: events may be lost", "; ".join(differing))
        ]
    return [ok("topics", f"all {len(TOPICS)} are there and keep everything")]


def _retention(admin: AdminClient, broker_id: int) -> list[Finding]:
    resource = ConfigResource(ResourceType.BROKER, str(broker_id))
    (future,) = admin.describe_configs([resource], request_timeout=_TIMEOUT_SECONDS).values()
    value = future.result(_TIMEOUT_SECONDS)["offsets.retention.minutes"].value
    if value is None or int(value) >= _RETENTION_MINUTES:
        return [ok("positions of groups", "are kept")]
    found = f"kept for {int(value) // 1440} days: a service that rests for longer publishes all again"
    return [warning("positions of groups", found, "Set offsets.retention.minutes=2147483647 on the brokers")]


def _database(url: str) -> list[Finding]:
    try:
        with psycopg.connect(url, connect_timeout=_TIMEOUT_SECONDS) as connection:
            release = connection.info.server_version // 10_000
            row = connection.execute(
                "SELECT rolsuper OR rolcreaterole, has_database_privilege(current_database(), 'CREATE')"
                " FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            roles = connection.execute("SELECT rolname FROM pg_roles").fetchall()
    except psycopg.Error as error:
        return [
            wrong("database", str(error).strip(), "Start it with: streamwright up; or check DATABASE_URL")
        ]
    if release < _OLDEST_POSTGRES:
        return [wrong("database", f"PostgreSQL {release}", f"Use PostgreSQL {_OLDEST_POSTGRES} or newer")]
    if row is None or not all(row):
        todo = "ALTER ROLE ... CREATEROLE; GRANT CREATE ON DATABASE ... TO ..."
        return [wrong("database", "its user may not create roles and schemas", todo)]
    return [ok("database", f"PostgreSQL {release}"), _roles(url, {name for (name,) in roles})]


def _roles(url: str, present: set[str]) -> Finding:
    services = [*DECIDERS, PROJECTIONS]
    missing = [role_of(service) for service in services if role_of(service) not in present]
    if missing:
        return warning("roles", f"missing: {', '.join(missing)}", "Create them: streamwright up")
    for service in services:
        try:
            psycopg.connect(service_url(url, service), connect_timeout=_TIMEOUT_SECONDS).close()
        except psycopg.Error as error:
            todo = "Allow the role in pg_hba.conf; its password is set anew by: streamwright up"
            return wrong("roles", f"{role_of(service)} cannot log in: {str(error).strip()}", todo)
    return ok("roles", f"all {len(services)} services can log in")


def _registry(url: str) -> Finding:
    try:
        answer = httpx.get(f"{url.rstrip('/')}/subjects", timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        return wrong("schema registry", f"{url}: {error}", "Check SCHEMA_REGISTRY_URL, or leave it empty")
    return ok("schema registry", f"{url}, {len(answer.json())} subjects")
