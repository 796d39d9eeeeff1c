from __future__ import annotations

from pathlib import Path

import pytest

from connectors.kafka.log import LogRecord
from schemas.errors import HistoryError
from streams.audit.checkpoints.checkpoint import Checkpoint
from streams.audit.checkpoints.fingerprint import fingerprint_of
from streams.audit.checkpoints.keys import is_signed_by, public_key, signing_key
from streams.audit.checkpoints.merkle import MerkleTree, leaf_hash
from streams.audit.checkpoints.store import CheckpointStore

PLACE = ("build-events", 3)
ROWS = [
    fingerprint_of(LogRecord(*PLACE, offset, b"key", bytes([offset]), (), timestamp_ms=0))
    for offset in range(10)
]


def checkpoint(records: int) -> Checkpoint:
    tree = MerkleTree()
    for row in ROWS[:records]:
        tree.add(leaf_hash(row.to_bytes()))
    return Checkpoint(
        topic=PLACE[0],
        partition=PLACE[1],
        records=records,
        next_offset=records,
        root=tree.root().hex(),
        made_at="2026-01-01T00:00:00+00:00",
    )


def rows(start: int, end: int) -> bytes:
    return b"".join(row.to_bytes() for row in ROWS[start:end])


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """A store with checkpoints of four and of seven records."""
    store = CheckpointStore(tmp_path)
    store.add(checkpoint(4), 0, rows(0, 4))
    store.add(checkpoint(7), 4, rows(4, 7))
    return store


def test_given_two_checkpoints_when_read_then_both_are_there_with_their_fingerprints(
    store: CheckpointStore,
) -> None:
    assert store.places() == [PLACE]
    assert store.checkpoints(PLACE) == [checkpoint(4), checkpoint(7)]
    assert store.fingerprints(checkpoint(7)) == ROWS[:7]
    assert store.fingerprints(checkpoint(4)) == ROWS[:4]


def test_given_a_crash_between_fingerprints_and_checkpoint_when_gone_on_then_what_it_left_is_replaced(
    store: CheckpointStore,
) -> None:
    with (store.folder / "build-events-3.fingerprints").open("ab") as file:
        file.write(rows(2, 4) + b"half")
    with (store.folder / "build-events-3.jsonl").open("a") as file:
        file.write('{"topic": "build-ev')

    assert store.latest(PLACE) == checkpoint(7)
    store.add(checkpoint(10), 7, rows(7, 10))

    assert store.latest(PLACE) == checkpoint(10)
    assert store.fingerprints(checkpoint(10)) == ROWS


def test_given_fingerprints_that_were_changed_when_read_then_they_are_refused(store: CheckpointStore) -> None:
    path = store.folder / "build-events-3.fingerprints"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)

    with pytest.raises(HistoryError, match="not the file that the checkpoint was made with"):
        store.fingerprints(checkpoint(7))


def test_given_a_file_without_a_checkpoint_when_the_latest_is_asked_for_then_it_is_an_error(
    store: CheckpointStore,
) -> None:
    (store.folder / "build-events-3.jsonl").write_text("")

    with pytest.raises(HistoryError, match="no checkpoint is in it"):
        store.latest(PLACE)


def test_given_a_signature_when_statement_signature_or_key_is_another_then_it_does_not_hold(
    tmp_path: Path,
) -> None:
    key = signing_key(tmp_path)
    signature = key.sign(checkpoint(4).statement()).hex()
    (tmp_path / "other").mkdir()
    signing_key(tmp_path / "other")

    assert is_signed_by(public_key(tmp_path), signature, checkpoint(4).statement())
    assert not is_signed_by(public_key(tmp_path), signature, checkpoint(7).statement())
    assert not is_signed_by(public_key(tmp_path), "00" * 64, checkpoint(4).statement())
    assert not is_signed_by(public_key(tmp_path), "no hex", checkpoint(4).statement())
    other = tmp_path / "other" / "public-key.pem"
    assert not is_signed_by(public_key(tmp_path, other), signature, checkpoint(4).statement())


def test_given_a_key_when_made_then_only_its_owner_may_read_it(tmp_path: Path) -> None:
    signing_key(tmp_path)

    assert (tmp_path / "signing-key.pem").stat().st_mode & 0o777 == 0o600
    assert signing_key(tmp_path).public_key() == public_key(tmp_path)
