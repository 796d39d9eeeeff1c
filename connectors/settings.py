"""Every setting in one place, each with its meaning, unit and default."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings from environment variables.

    The three that name other systems have no prefix; all others begin with STREAMWRIGHT_.
    """

    model_config = SettingsConfigDict(
        env_prefix="STREAMWRIGHT_", frozen=True, extra="ignore", populate_by_name=True
    )

    kafka_brokers: str = Field(
        "",
        validation_alias=AliasChoices("KAFKA_BROKERS", "kafka_brokers"),
        description="host:port list of the brokers; empty: a local broker is started",
    )
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="Postgres URL of a user who may create roles; empty: a local server is started",
        repr=False,
    )
    schema_registry_url: str = Field(
        "",
        validation_alias=AliasChoices("SCHEMA_REGISTRY_URL", "schema_registry_url"),
        description="URL of a Confluent schema registry; empty: the schemas of this package",
    )
    broker: Literal["auto", "docker", "local", "mock"] = Field(
        "auto",
        description="What to start where no broker is named; auto: the first that can be had here",
    )
    replication_factor: int = Field(
        0,
        description="Copies of each partition of new topics; 0: three on a cluster of three or more brokers,"
        " else the broker's default (-1)",
        ge=-1,
    )
    home: Path = Field(
        default_factory=lambda: Path.cwd() / ".streamwright",
        description="Folder for data, logs, artefacts and the state of local processes",
    )
    http_host: str = Field(
        "127.0.0.1", description="Address that web pages and the query API listen on; 0.0.0.0: all"
    )
    http_port: int = Field(0, description="Port of the process's web pages; 0: a free one", ge=0, le=65535)
    api_port: int = Field(
        0, description="Port of the query API; 0: a free one, kept afterwards", ge=0, le=65535
    )
    log_level: str = Field("info", description="debug, info, warning or error")
    work_limit_seconds: float = Field(
        600.0, description="Time that one step's work may take, in seconds", gt=0
    )
    work_parallelism: int = Field(1, description="Pieces of work that one agent process does at once", ge=1)
    encrypt_personal: bool = Field(
        False,
        description="Seal personal data in events with a key for each subject; the same in all processes",
    )
    personal_master_key: str = Field(
        "", description="32 bytes in base64 that wrap the subjects' keys; empty: the file", repr=False
    )
    personal_master_key_file: str = Field(
        "", description="File with the master key; empty: personal-master.key in `home`, made where missing"
    )
    personal_key_hold_seconds: float = Field(
        60.0, description="Longest time that a process holds a subject's key, in seconds", gt=0
    )
    call_timeout_seconds: float = Field(
        10.0, description="Time that one try of an outgoing call may take, in seconds", gt=0
    )
    call_attempts: int = Field(3, description="Tries of an outgoing call that may be repeated", ge=1)
    call_first_wait_seconds: float = Field(
        2.0, description="Wait before the second try, in seconds; it doubles, with jitter", gt=0
    )
    call_longest_wait_seconds: float = Field(
        10.0, description="Longest wait between two tries, in seconds", gt=0
    )
    breaker_failures: int = Field(
        5, description="Failures of outgoing calls in a row upon which their breaker opens", ge=1
    )
    breaker_reset_seconds: float = Field(
        60.0, description="Time after which an open breaker lets one call through, in seconds", gt=0
    )
    engine_business_analyzer: Literal["deterministic", "openai", "anthropic"] = Field(
        "deterministic",
        description="What reads requirements: rules, or a language model by one of two protocols",
    )
    language_model: str = Field("", description="Name of the language model, as its provider gives it")
    language_model_url: str = Field(
        "", description="Base URL of the provider, for OpenAI with /v1; empty: that of the protocol's owner"
    )
    language_model_key: SecretStr = Field(SecretStr(""), description="Key of the provider; empty: the file")
    language_model_key_file: str = Field(
        "", description="File with the provider's key; empty: the provider asks for none"
    )
    language_model_timeout_seconds: float = Field(
        120.0, description="Time that one answer of a language model may take, in seconds", gt=0
    )
    language_model_total_seconds: float = Field(
        400.0, description="Time for all calls of one piece of work; below the limit for work", gt=0
    )
    language_model_repairs: int = Field(
        2, description="Times that a model may mend an answer that breaks the rules", ge=0, le=20
    )
    language_model_output_tokens: int = Field(
        16_000, description="Most tokens of one answer of a language model", gt=0
    )
    language_model_budget_tokens: int = Field(
        200_000, description="Tokens that one delivery may use, sent and received", ge=0
    )
    language_model_budget_cost: Decimal = Field(
        Decimal(2), description="Cost that one delivery may have, in the currency of the prices", ge=0
    )
    language_model_input_price: Decimal = Field(
        Decimal(0), description="Price of a million tokens sent; 0: costs are not limited by it", ge=0
    )
    language_model_output_price: Decimal = Field(
        Decimal(0), description="Price of a million tokens received; 0: costs are not limited by it", ge=0
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
