"""The schema registry of the configuration: Confluent's where it is set, else the packaged schemas."""

from __future__ import annotations

from functools import lru_cache

from connectors.personal_data.cipher import SubjectCipher, cipher_for
from connectors.resilience.policy import CallPolicy, policy_of
from connectors.settings import Settings
from schemas.codec import Codec


def codec_for(config: Settings) -> Codec:
    """The codec for this configuration; one for each registry, as it remembers ids and schemas."""
    return _codec(config.schema_registry_url, policy_of(config), cipher_for(config))


@lru_cache(maxsize=8)
def _codec(url: str, policy: CallPolicy, cipher: SubjectCipher | None) -> Codec:
    if not url:
        return Codec(cipher=cipher)
    from connectors.schema_registry.confluent import ConfluentRegistry

    return Codec(ConfluentRegistry(url, policy), cipher)
