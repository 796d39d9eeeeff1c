"""Replay and verification of the log, as JSON-like answers."""

from __future__ import annotations

import json

from connectors.command_line.audit_view import plain_snapshot, plain_verification
from connectors.command_line.commands.audit import checkpoint_folder
from connectors.replaying import replayed
from connectors.schema_registry import codec_for
from connectors.settings import Settings
from streams.audit.checkpoints.checking import CheckpointCheck
from streams.audit.whole_log import verify_log


def replayed_plainly(config: Settings, delivery_id: str, at: str, until: str) -> dict[str, object]:
    """The states of the services and the timeline; errors as `replayed`."""
    snapshot = replayed(config, delivery_id, at=at, until=until)
    return _json_like(plain_snapshot(snapshot, at or until or "now"))


def verified_plainly(config: Settings, delivery_id: str) -> dict[str, object]:
    """What verification found, `sound` if nothing is wrong; the whole log also by its checkpoints."""
    found = verify_log(
        config.kafka_brokers,
        codec_for(config),
        delivery_id=delivery_id,
        checkpoints=None if delivery_id else CheckpointCheck(checkpoint_folder(config), None),
    )
    return {"sound": not found.result.mismatches, **_json_like(plain_verification(found))}


def _json_like(plain: dict[str, object]) -> dict[str, object]:
    """With times and enumerations as texts, as the command line prints them."""
    made: dict[str, object] = json.loads(json.dumps(plain, default=str))
    return made
