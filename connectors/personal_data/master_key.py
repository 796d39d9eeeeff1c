"""The master key, which wraps the data keys: from the environment, or a file that only its owner reads."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from connectors.settings import Settings
from schemas.errors import SetupError

_BYTES = 32
_OWNER_ONLY = 0o600


def master_key(config: Settings) -> bytes:
    """The 32 bytes of the setting, else of the file, which is made where it is missing.

    Raises:
        SetupError: it is no key, or the file cannot be read or made.
    """
    if config.personal_master_key:
        return _decoded(config.personal_master_key, "STREAMWRIGHT_PERSONAL_MASTER_KEY")
    named = config.personal_master_key_file
    path = Path(named) if named else config.home / "personal-master.key"
    try:
        if not path.exists():
            _make(path)
        return _decoded(path.read_text(), str(path))
    except OSError as error:
        raise SetupError(
            "Reading the master key of personal data",
            why=str(error),
            todo="Name a readable file in STREAMWRIGHT_PERSONAL_MASTER_KEY_FILE",
        ) from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked, so that of two processes that make it both read the same whole file.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "wb") as file:
        file.write(base64.b64encode(os.urandom(_BYTES)) + b"\n")
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return
    finally:
        aside.unlink()


def _decoded(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _BYTES:
        raise SetupError(
            "Reading the master key of personal data",
            why=f"{place} holds no 32 bytes in base64",
            todo="Put the key there that the data keys were wrapped with; a new one: openssl rand -base64 32",
        )
    return key
