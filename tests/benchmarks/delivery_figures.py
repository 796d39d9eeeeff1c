"""Deliver every requirement of a folder and print what came of each:

    python -m tests.benchmarks.delivery_figures FOLDER [--json FILE]

Uses the `streamwright` command alone, as a user does; the system is started by the first delivery.
Ends with the memory of each process, the verification of the log and the rebuild of the read models.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_COMMAND = Path(sys.executable).with_name("streamwright")


def ask(*arguments: str) -> dict[str, Any]:
    """The JSON answer of a command; its exit code is in 'exit_code'."""
    done = subprocess.run(
        [str(_COMMAND), *arguments, "--json"], stdout=subprocess.PIPE, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    answer: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return {**answer, "exit_code": done.returncode}


def deliver_all(files: list[Path]) -> list[dict[str, Any]]:
    """One answer for each file, with its name and the seconds that the whole command took."""
    answers = []
    for file in files:
        began = time.monotonic()
        answer = ask("deliver", "--file", str(file))
        answers.append({"name": file.name, **answer, "command_seconds": time.monotonic() - began})
        print(file.name, answer.get("outcome"), answer.get("reason", ""), file=sys.stderr, flush=True)
    return answers


def table_of(answers: list[dict[str, Any]]) -> Table:
    """Name, outcome, tests, coverage and seconds of each."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("requirement", "outcome", "passed", "failed", "line", "branch", "seconds"):
        table.add_column(heading, justify="left" if heading in ("requirement", "outcome") else "right")
    for answer in answers:
        tests, coverage = answer.get("tests", {}), answer.get("coverage", {})
        built = answer.get("outcome") == "built"
        table.add_row(
            answer["name"],
            str(answer.get("outcome")),
            str(tests.get("passed", "")) if built else "",
            str(tests.get("failed", "")) if built else "",
            f"{coverage.get('line', 0):.1%}" if built else "",
            f"{coverage.get('branch', 0):.1%}" if built else "",
            f"{answer['command_seconds']:.1f}",
        )
    return table


def main() -> int:
    """0 where every delivery was built or asks, and the log verifies and rebuilds to the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="Folder with requirements: *.txt and *.json")
    parser.add_argument("--json", type=Path, help="File for all answers")
    chosen = parser.parse_args()
    files = sorted(path for path in chosen.folder.iterdir() if path.suffix in (".txt", ".json"))
    answers = deliver_all(files)
    status, verified, rebuilt = ask("status"), ask("audit", "verify"), ask("rebuild")
    console = Console(width=110)
    console.print(table_of(answers))
    outcomes = [answer.get("outcome") for answer in answers]
    console.print({outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)})
    console.print("verify", verified, "rebuild", rebuilt)
    console.print(status)
    if chosen.json:
        told = {"deliveries": answers, "status": status, "verify": verified, "rebuild": rebuilt}
        chosen.json.write_text(json.dumps(told, indent=2))
    well = all(outcome in ("built", "clarification") for outcome in outcomes)
    return 0 if well and verified["exit_code"] == 0 and rebuilt.get("checksums_equal") else 1


if __name__ == "__main__":
    sys.exit(main())
