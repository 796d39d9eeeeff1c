"""A folder of builds, each published in one step, so that no reader ever sees half of one."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import BadInputError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_INCOMING = ".incoming"
_DISCARDED = ".discarded"


@dataclass(frozen=True, slots=True)
class ArtefactStore:
    """Builds below one root, as `<delivery id>/<attempt>/`.

    Attributes:
        root: folder of the store; made where it is missing.
    """

    root: Path

    def folder_name(self, delivery_id: str, attempt: int) -> str:
        """Folder of a build, relative to the root.

        Raises:
            BadInputError: the delivery id is no plain name.
        """
        if not _NAME.fullmatch(delivery_id):
            raise BadInputError(
                f"artefact of {delivery_id!r}",
                why="the id is no plain name",
                todo="Use letters, digits and '-'.",
            )
        return f"{delivery_id}/{attempt}"

    @contextmanager
    def publishing(self, delivery_id: str, attempt: int) -> Iterator[Path]:
        """A folder to fill; it is offered when the block ends, and vanishes where the block raises.

        A build of the same attempt that is there already gives way.

        Raises:
            BadInputError: the delivery id is no plain name.
        """
        target = self.root / self.folder_name(delivery_id, attempt)
        incoming = self._scratch(_INCOMING)
        incoming.mkdir()
        try:
            yield incoming
            target.parent.mkdir(parents=True, exist_ok=True)
            self._withdraw(target)
            incoming.rename(target)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)

    def discard(self, delivery_id: str, attempt: int) -> bool:
        """No longer offers the build; False where there was none, as on a second call.

        Raises:
            BadInputError: the delivery id is no plain name.
        """
        target = self.root / self.folder_name(delivery_id, attempt)
        was_there = self._withdraw(target)
        if target.parent.is_dir() and not any(target.parent.iterdir()):
            target.parent.rmdir()
        return was_there

    def find(self, delivery_id: str, attempt: int) -> Path | None:
        """Folder of the build, or None where none is offered."""
        target = self.root / self.folder_name(delivery_id, attempt)
        return target if target.is_dir() else None

    def _scratch(self, kind: str) -> Path:
        folder = self.root / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder / uuid.uuid4().hex

    def _withdraw(self, target: Path) -> bool:
        """Moved away in one step first, because deleting takes several."""
        trash = self._scratch(_DISCARDED)
        try:
            target.rename(trash)
        except FileNotFoundError:
            return False
        shutil.rmtree(trash, ignore_errors=True)
        return True
