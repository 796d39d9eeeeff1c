"""`audit`: verify the recorded log, replay a delivery to any moment, show the causes of its events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.command_line.commands.what_if import what_if
from connectors.command_line.exit_codes import ExitCode
from connectors.command_line.running_system import running_settings
from connectors.command_line.terminal import AsJson, Terminal

if TYPE_CHECKING:
    from connectors.settings import Settings
    from streams.audit.history import RecordedEvent

app = typer.Typer(help="Check and replay the log by the deciders that wrote it.", no_args_is_help=True)
app.command("what-if")(what_if)

Delivery = Annotated[str, typer.Argument(help="Id of the delivery.")]
CheckpointFolder = Annotated[
    Path | None, typer.Option(help="Folder of the checkpoints; else that of this cluster in the home folder.")
]


@app.command("verify")
def verify(
    delivery: Annotated[str, typer.Argument(help="Id of one delivery; all where it is left out.")] = "",
    checkpoints: CheckpointFolder = None,
    public_key: Annotated[
        Path | None,
        typer.Option(help="Public key of the checkpoints that you have kept; else the folder's own."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Run the deciders over the log, and name every event that is not what they give.

    The whole log is also checked against its checkpoints, where there are some.
    Exit code 1: an event is altered, missing, out of order, doubled, foreign or cannot be read.
    """
    from connectors.command_line.audit_view import plain_verification, verification_view
    from connectors.schema_registry import codec_for
    from streams.audit.checkpoints.checking import CheckpointCheck
    from streams.audit.whole_log import verify_log

    terminal = Terminal(json)
    config = running_settings(terminal)
    folder = checkpoints or checkpoint_folder(config)
    check = None if delivery else CheckpointCheck(folder, public_key)
    with terminal.progress.status("Reading the log") as status:
        found = verify_log(
            config.kafka_brokers,
            codec_for(config),
            delivery_id=delivery,
            on_read=lambda number: status.update(f"Read {number} records"),
            checkpoints=check,
        )
    terminal.answer(plain_verification(found), verification_view(found))
    if found.result.mismatches:
        raise typer.Exit(ExitCode.WORK_FAILED)


@app.command("checkpoint")
def checkpoint(checkpoints: CheckpointFolder = None, json: AsJson = False) -> None:
    """Sign what the log holds now, so that a later `audit verify` shows whether it was changed.

    Only what came since the last checkpoints is read. Keep the roots or a copy of the folder where
    those who can write to the log cannot.
    """
    from connectors.command_line.checkpoint_view import checkpoints_view, plain_checkpoints
    from streams.audit.checkpoints.making import make_checkpoints

    terminal = Terminal(json)
    config = running_settings(terminal)
    folder = checkpoints or checkpoint_folder(config)
    made = make_checkpoints(config.kafka_brokers, folder)
    terminal.answer(plain_checkpoints(folder, made), checkpoints_view(folder, made))


@app.command("replay")
def replay(
    delivery: Annotated[
        str, typer.Argument(help="Id of the delivery; with --until it can be left out.")
    ] = "",
    at: Annotated[str, typer.Option(help="Moment in ISO 8601, as 2026-01-31T10:00:00Z.")] = "",
    until: Annotated[str, typer.Option(help="Last event to replay, as topic-partition-offset.")] = "",
    json: AsJson = False,
) -> None:
    """Replay a delivery: the state of every service as of a moment, or after a position of the log."""
    from connectors.command_line.audit_view import plain_snapshot, snapshot_view
    from connectors.replaying import replayed

    terminal = Terminal(json)
    snapshot = replayed(running_settings(terminal), delivery, at=at, until=until)
    as_of = at or until or "now"
    terminal.answer(plain_snapshot(snapshot, as_of), snapshot_view(snapshot, as_of))


@app.command("show")
def show(
    delivery: Delivery,
    event: Annotated[
        str, typer.Option(help="Id or topic-partition-offset of an event: show only the causes of it.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Show the events of a delivery as the tree of causes, with times."""
    from connectors.command_line.audit_view import plain_record, tree_view
    from streams.audit.causes import tree_of_causes
    from streams.audit.replay import chain_of_causes

    terminal = Terminal(json)
    records = _records(running_settings(terminal), delivery)
    if event:
        named = next((record.id for record in records if str(record.position) == event), event)
        records = chain_of_causes(records, named)
    tree = tree_of_causes(records)
    plain = [
        {**plain_record(each.record), "depth": each.depth, "seconds_since_cause": each.seconds}
        for each in tree
    ]
    terminal.answer({"delivery_id": delivery, "events": plain}, tree_view(delivery, tree))


def _records(config: Settings, delivery: str) -> list[RecordedEvent]:
    from connectors.schema_registry import codec_for
    from streams.audit.recorded_log import read_delivery

    return read_delivery(config.kafka_brokers, codec_for(config), delivery)


def checkpoint_folder(config: Settings) -> Path:
    """Where checkpoints are kept unless another folder is named; each cluster's log has its own."""
    from connectors.kafka.cluster import cluster_id

    return config.home / "checkpoints" / cluster_id(config.kafka_brokers)
