"""`erase`: a person's data can be read by nobody afterwards, while log and audit stay as they are."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from connectors.command_line.running_system import running_settings
from connectors.command_line.terminal import AsJson, Terminal
from schemas.errors import SetupError

if TYPE_CHECKING:
    from connectors.settings import Settings


def erase(
    subject: Annotated[
        str, typer.Option(help="Name that was given with --user; delivery:<id> where none was given.")
    ],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    user: Annotated[str, typer.Option(help="Who you are; kept with the act.")] = "",
    json: AsJson = False,
) -> None:
    """Delete the key of a person's data, the read models' rows that were made from it, and the artefacts.

    The log is not changed: it audits and replays as before, with [erased] in place of the texts. Where the
    command is interrupted, run it again.
    """
    from connectors.personal_data.erasing import erase_subject
    from connectors.personal_data.key_store import SERVICE, KeyStore
    from connectors.postgres.roles import service_url
    from connectors.resilience.policy import policy_of
    from connectors.schema_registry import codec_for
    from projections.rebuild import rebuild

    terminal = Terminal(json)
    config = running_settings(terminal)
    _check_sealing(config)
    store, codec = KeyStore(service_url(config.database_url, SERVICE), policy_of(config)), codec_for(config)
    erasure = erase_subject(store, config.kafka_brokers, codec, subject, reason=reason, user=user)
    seconds = config.personal_key_hold_seconds
    terminal.progress.print(f"The key is deleted. Waiting {seconds:g} s until no process holds it")
    time.sleep(seconds)
    removed = _remove_artefacts(config, erasure.deliveries)
    terminal.progress.print("Building the read models without the data")
    rebuild(config, keep_differing=False)
    store.forget(erasure.key_id)
    plain = {
        "key_id": erasure.key_id,
        "deliveries": list(erasure.deliveries),
        "position": str(erasure.position),
        "artefacts_removed": removed,
    }
    told = f"Erased: {len(erasure.deliveries)} deliveries, {removed} artefacts"
    terminal.answer(plain, Text(f"{told}; recorded at {erasure.position}"))


def _check_sealing(config: Settings) -> None:
    if not config.encrypt_personal:
        raise SetupError(
            "Erasing personal data",
            why="STREAMWRIGHT_ENCRYPT_PERSONAL is not set, so data is in the log as plain text",
            todo="Set it in all processes; what was published before cannot be erased by a key",
        )


def _remove_artefacts(config: Settings, deliveries: tuple[str, ...]) -> int:
    """Delete what builds of these deliveries left, and give the number of deliveries that had any.

    What language models answered for them goes, too.
    """
    from connectors.language_models.kept_answers import KeptAnswers, folder_of_answers

    answers = KeptAnswers(folder_of_answers(config.home), is_personal=True)
    for delivery in deliveries:
        answers.forget(delivery)
    folders = [config.home / "artefacts" / delivery for delivery in deliveries]
    there = [folder for folder in folders if folder.is_dir()]
    for folder in there:
        shutil.rmtree(folder)
    return len(there)
