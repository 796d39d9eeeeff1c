"""The language model that the settings name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from connectors.language_models.asking import LanguageModel, Provider
from connectors.language_models.budget import Budget
from connectors.language_models.client import ModelClient, is_failure_of_provider
from connectors.language_models.kept_answers import KeptAnswers, folder_of_answers
from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import CallPolicy, policy_of
from connectors.settings import Settings
from schemas.errors import SetupError

# The client's own time limit comes first; what is above it ends clients that hang.
_GRACE_SECONDS = 5.0


def model_client(provider: Provider, config: Settings) -> ModelClient:
    """The client of the model that the settings name.

    Raises:
        SetupError: they name none, its key cannot be read, or the extra `models` is not installed.
    """
    if not config.language_model:
        raise SetupError(
            f"Choosing a language model ({provider})",
            why="STREAMWRIGHT_LANGUAGE_MODEL is not set",
            todo="Set it to a name of the provider's; or let the rules do the work: deterministic",
        )
    key = key_of(config)
    patience = config.language_model_timeout_seconds + _GRACE_SECONDS
    policy = policy_of(config, timeout_seconds=patience)
    return ModelClient(
        provider=provider,
        model=config.language_model,
        base_url=config.language_model_url,
        protocol=_protocol(provider, config, key),
        outgoing=_outgoing(provider, config.language_model_url, policy),
        budget=Budget(
            tokens=config.language_model_budget_tokens,
            cost=config.language_model_budget_cost,
            input_price=config.language_model_input_price,
            output_price=config.language_model_output_price,
        ),
        kept=KeptAnswers(folder_of_answers(config.home), is_personal=config.encrypt_personal),
        secrets=(key,),
    )


def key_of(config: Settings) -> str:
    """The provider's key, '' where there is none.

    Raises:
        SetupError: its file cannot be read.
    """
    key = config.language_model_key.get_secret_value().strip()
    if key or not config.language_model_key_file:
        return key
    try:
        return Path(config.language_model_key_file).read_text().strip()
    except (OSError, ValueError) as error:
        raise SetupError(
            "Reading the key of the language model",
            why=f"{config.language_model_key_file} cannot be read ({type(error).__name__})",
            todo="Check STREAMWRIGHT_LANGUAGE_MODEL_KEY_FILE",
        ) from error


def _protocol(provider: Provider, config: Settings, key: str) -> LanguageModel:
    name, url = config.language_model, config.language_model_url
    seconds = config.language_model_timeout_seconds
    try:
        if provider == "openai":
            from connectors.language_models.openai_protocol import OpenAiProtocol

            return OpenAiProtocol(name, url, key, seconds)
        from connectors.language_models.anthropic_protocol import AnthropicProtocol

        return AnthropicProtocol(name, url, key, seconds)
    except ImportError as error:
        raise SetupError(
            f"Choosing a language model ({provider})",
            why=f"its client is not installed ({error.name})",
            todo="Install the extra: uv pip install 'streamwright[models]'",
        ) from error


@lru_cache
def _outgoing(provider: Provider, url: str, policy: CallPolicy) -> Outgoing:  # noqa: ARG001
    """One for each provider and process, as it holds the breaker."""
    return Outgoing(f"language-model-{provider}", policy, is_failure=is_failure_of_provider)
