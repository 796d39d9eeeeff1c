"""Answers kept by content, and what each delivery has spent: plain files, whole or not there.

<folder>/answers/<digest>.json               shared by all deliveries
<folder>/deliveries/<delivery>/<digest>.json where texts are personal: erased with the delivery
<folder>/deliveries/<delivery>/spent.jsonl   one line for each call that cost something
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from connectors.language_models.asking import Provider, Question, Reply


def folder_of_answers(home: Path) -> Path:
    """Where a home keeps answers."""
    return home / "language-models"


def digest_of(provider: Provider, model: str, base_url: str, question: Question) -> str:
    """The same for the same question to the same model, and only then."""
    content = json.dumps([provider, model, base_url, asdict(question)], sort_keys=True)
    return sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls cost."""

    tokens: int = 0
    cost: Decimal = Decimal(0)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.tokens + other.tokens, self.cost + other.cost)


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """The files of one home; processes may share it.

    Attributes:
        is_personal: keep each answer with its delivery alone, so that it goes when that is erased.
    """

    folder: Path
    is_personal: bool = False

    def find(self, delivery_id: str, digest: str) -> Reply | None:
        """The answer to the question with this digest; None where there is none."""
        try:
            found = json.loads(self._answer(delivery_id, digest).read_text())
            return Reply(
                text=str(found["text"]),
                input_tokens=int(found["input_tokens"]),
                output_tokens=int(found["output_tokens"]),
                is_whole=bool(found["is_whole"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            # A file that cannot be read is one that is not there: the model is asked again.
            return None

    def keep(self, delivery_id: str, digest: str, reply: Reply) -> None:
        """Keep the answer."""
        path = self._answer(delivery_id, digest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(asdict(reply), file)
        Path(file.name).replace(path)

    def spent(self, delivery_id: str) -> Spent:
        """What the calls of the delivery have cost so far."""
        path = self._delivery(delivery_id) / "spent.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return sum((_spent_of(line) for line in lines), Spent())

    def spend(self, delivery_id: str, spent: Spent) -> None:
        """Note what a call has cost."""
        folder = self._delivery(delivery_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = json.dumps({"tokens": spent.tokens, "cost": str(spent.cost)}) + "\n"
        # One write of few bytes: lines of two processes do not mix.
        file = os.open(folder / "spent.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)

    def forget(self, delivery_id: str) -> None:
        """Delete what is kept of the delivery alone."""
        shutil.rmtree(self._delivery(delivery_id), ignore_errors=True)

    def _answer(self, delivery_id: str, digest: str) -> Path:
        folder = self._delivery(delivery_id) if self.is_personal else self.folder / "answers"
        return folder / f"{digest}.json"

    def _delivery(self, delivery_id: str) -> Path:
        # As a UUID, so that no id leads out of the folder.
        return self.folder / "deliveries" / str(UUID(delivery_id))


def _spent_of(line: str) -> Spent:
    """What a line tells; nothing where a crash has cut it."""
    try:
        found = json.loads(line)
        return Spent(int(found["tokens"]), Decimal(found["cost"]))
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return Spent()
