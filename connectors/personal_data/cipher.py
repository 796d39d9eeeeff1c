"""Seals texts with AES-256-GCM under the subjects' keys, which it holds for a short while."""

from __future__ import annotations

import base64
import binascii
import math
import os
import threading
import time
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from connectors.personal_data.key_store import SERVICE, KeyStore, StoredKey
from connectors.personal_data.master_key import master_key
from connectors.postgres.roles import service_url
from connectors.resilience.policy import policy_of
from connectors.settings import Settings
from schemas.errors import SetupError
from schemas.personal import SEALED

_KEY_BITS, _NONCE_BYTES = 256, 12
_HELD = 10_000
Held = TypeVar("Held")


class SubjectCipher:
    """`schemas.personal.PersonalCipher` over a key store.

    A key is held for `hold_seconds` at most, so that this process opens nothing longer than that after
    the key is erased.
    """

    def __init__(
        self,
        store: KeyStore,
        master: bytes,
        *,
        hold_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._master = master
        self._hold_seconds = hold_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[AESGCM | None, float]] = {}
        self._deliveries: dict[str, tuple[str | None, float]] = {}
        self._subjects: dict[str, tuple[str, float]] = {}

    def begin(self, delivery_id: str, subject: str) -> None:
        """From now on this subject's key seals the delivery's texts; the first subject counts."""
        if self._deliveries.get(delivery_id, (None, 0.0))[0] is None:
            key_id = self._store.assign(delivery_id, self.pseudonym(subject))
            self._hold(self._deliveries, delivery_id, (key_id, math.inf))

    def pseudonym(self, subject: str) -> str:
        """Id of the subject's key, which is made where there is none."""
        found = self._subjects.get(subject)
        if found is not None and found[1] > self._clock():
            return found[0]
        wrapped = aes_key_wrap(self._master, AESGCM.generate_key(_KEY_BITS))
        stored = self._store.key_of_subject(subject, StoredKey(str(uuid.uuid4()), wrapped))
        self._hold(self._subjects, subject, (stored.key_id, self._clock() + self._hold_seconds))
        return stored.key_id

    def key_of(self, delivery_id: str) -> str | None:
        """Id of the key that seals the delivery's texts; None where it began without one."""
        held = self._deliveries.get(delivery_id)
        if held is not None and held[1] > self._clock():
            return held[0]
        found = self._store.key_of_delivery(delivery_id)
        # A delivery keeps its key, also where that is erased; one without a key might still be given one.
        until = math.inf if found is not None else self._clock() + self._hold_seconds
        self._hold(self._deliveries, delivery_id, (found, until))
        return found

    def seal(self, key_id: str, data: bytes, about: bytes) -> str | None:
        """The sealed data as text; None where the key is erased."""
        key = self._key(key_id)
        if key is None:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        text = base64.b64encode(nonce + key.encrypt(nonce, data, about)).decode()
        return f"{SEALED}{key_id}:{text}"

    def open(self, sealed: str, about: bytes) -> bytes | None:
        """What was sealed; None where the key is erased, or was lost.

        Raises:
            ValueError: it was not sealed for this.
        """
        key_id, _, text = sealed.removeprefix(SEALED).partition(":")
        try:
            data = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError("it is not base64") from error
        key = self._key(key_id)
        if key is None:
            return None
        try:
            return key.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about)
        except InvalidTag as error:
            raise ValueError("it was sealed for something else") from error

    def forget(self) -> None:
        """Look keys up anew from now on."""
        with self._lock:
            self._keys.clear()
            self._subjects.clear()

    def _key(self, key_id: str) -> AESGCM | None:
        found = self._keys.get(key_id)
        if found is not None and found[1] > self._clock():
            return found[0]
        stored = self._store.key(key_id)
        key = None if stored is None or stored.wrapped is None else AESGCM(self._unwrapped(stored.wrapped))
        self._hold(self._keys, key_id, (key, self._clock() + self._hold_seconds))
        return key

    def _unwrapped(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._master, wrapped)
        except InvalidUnwrap as error:
            raise SetupError(
                "Opening personal data",
                why="the master key is not the one that the data keys were wrapped with",
                todo="Put the right one in STREAMWRIGHT_PERSONAL_MASTER_KEY or its file",
            ) from error

    def _hold(self, place: dict[str, Held], name: str, value: Held) -> None:
        with self._lock:
            if len(place) >= _HELD:
                place.clear()
            place[name] = value


@lru_cache(maxsize=8)
def cipher_for(config: Settings) -> SubjectCipher | None:
    """The cipher of this configuration; None where personal data is not to be sealed.

    Raises:
        SetupError: there is no database or no master key.
    """
    if not config.encrypt_personal:
        return None
    if not config.database_url:
        raise SetupError(
            "Sealing personal data",
            why="DATABASE_URL is not set, and the keys are kept there",
            todo="Set it, or start the system with: streamwright up",
        )
    store = KeyStore(service_url(config.database_url, SERVICE), policy_of(config))
    return SubjectCipher(store, master_key(config), hold_seconds=config.personal_key_hold_seconds)
