"""The Ed25519 key that checkpoints are signed with."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from schemas.errors import SetupError

_SIGNING_KEY, _PUBLIC_KEY = "signing-key.pem", "public-key.pem"
_OWNER_ONLY = 0o600


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The folder's signing key, made where there is none; its public key is put beside it.

    Raises:
        SetupError: the file holds no such key.
    """
    path = folder / _SIGNING_KEY
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
            file.write(data)
    try:
        found = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise _failure(path, str(error)) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise _failure(path, "it holds no Ed25519 key")
    public = found.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / _PUBLIC_KEY).write_bytes(public)
    return found


def public_key(folder: Path, path: Path | None = None) -> Ed25519PublicKey:
    """The key to check signatures with: the one named, which a reader has kept, or the folder's own.

    Raises:
        SetupError: the file is missing or holds no such key.
    """
    file = path or folder / _PUBLIC_KEY
    try:
        found = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError) as error:
        raise _failure(file, str(error)) from error
    if not isinstance(found, Ed25519PublicKey):
        raise _failure(file, "it holds no Ed25519 key")
    return found


def is_signed_by(key: Ed25519PublicKey, signature: str, statement: bytes) -> bool:
    """Whether the signature, in hexadecimal, is the key's over the statement."""
    try:
        key.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _failure(path: Path, why: str) -> SetupError:
    return SetupError(f"Reading the key {path}", why=why, todo="Bring it back from a copy, or name another")
