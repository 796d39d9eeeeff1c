"""Running the command line as a user does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from connectors.settings import Settings


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command gave."""

    code: int
    out: str
    told: str

    @property
    def answer(self) -> dict[str, object]:
        """The JSON object on the last line of standard output."""
        plain: dict[str, object] = json.loads(self.out.strip().splitlines()[-1])
        return plain


def streamwright(config: Settings, *arguments: str, stdin: str = "") -> Ran:
    """Run `streamwright ARGUMENTS` on the broker and database of the settings."""
    named = {
        "KAFKA_BROKERS": config.kafka_brokers,
        "DATABASE_URL": config.database_url,
        "STREAMWRIGHT_HOME": str(config.home),
        "SCHEMA_REGISTRY_URL": config.schema_registry_url,
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [sys.executable, "-m", "connectors.command_line.main", *arguments],
        env={**os.environ, **named},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
