"""What the processes of the system are told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.settings import Settings
from deploy.local.services import PROCESSES, environment_of, fingerprint_of

KEY = "key-of-the-provider"


def test_given_settings_when_told_by_the_environment_then_a_process_reads_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(
        home=tmp_path,
        language_model="some-model",
        language_model_key=SecretStr(KEY),
        language_model_budget_cost=Decimal("0.5"),
        engine_business_analyzer="anthropic",
    )
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)

    assert Settings() == settings
    assert Settings().language_model_key.get_secret_value() == KEY


def test_given_another_key_when_the_processes_are_compared_then_they_are_to_be_started_anew() -> None:
    before = fingerprint_of(Settings(language_model_key=SecretStr(KEY)))

    assert fingerprint_of(Settings(language_model_key=SecretStr(KEY + "2"))) != before


def test_given_the_key_of_a_model_when_processes_start_then_only_the_one_that_asks_it_is_told() -> None:
    environment = {"STREAMWRIGHT_LANGUAGE_MODEL_KEY": KEY, "STREAMWRIGHT_LOG_LEVEL": "info"}
    told = {process.role for process in PROCESSES if KEY in process.told(environment, 8080).values()}

    assert told == {"business-analyzer"}
    assert all("STREAMWRIGHT_LOG_LEVEL" in process.told(environment, 8080) for process in PROCESSES)
    assert all("8080" in process.told(environment, 8080).values() for process in PROCESSES)
