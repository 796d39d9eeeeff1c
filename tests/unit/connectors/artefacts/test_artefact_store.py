"""Builds appear and vanish whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.artefacts import ArtefactStore
from schemas.errors import BadInputError


def publish(store: ArtefactStore, content: str) -> None:
    with store.publishing("d-1", 1) as folder:
        (folder / "a.txt").write_text(content)


def test_a_build_is_offered_when_the_block_ends(tmp_path: Path) -> None:
    store = ArtefactStore(tmp_path / "store")
    with store.publishing("d-1", 1) as folder:
        (folder / "a.txt").write_text("one")
        assert store.find("d-1", 1) is None
    found = store.find("d-1", 1)
    assert found == tmp_path / "store" / "d-1" / "1"
    assert (found / "a.txt").read_text() == "one"


def test_publishing_again_replaces_the_build(tmp_path: Path) -> None:
    store = ArtefactStore(tmp_path)
    publish(store, "one")
    publish(store, "two")
    found = store.find("d-1", 1)
    assert found is not None
    assert (found / "a.txt").read_text() == "two"


def test_a_failure_leaves_what_was_offered_before_and_no_remains(tmp_path: Path) -> None:
    # given a build
    store = ArtefactStore(tmp_path)
    publish(store, "one")
    # when publishing it again fails in the middle
    with pytest.raises(RuntimeError), store.publishing("d-1", 1) as folder:
        (folder / "a.txt").write_text("half")
        raise RuntimeError
    # then the first one is still there, and the half one is gone
    assert (tmp_path / "d-1" / "1" / "a.txt").read_text() == "one"
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_discarding_is_idempotent_and_spares_other_attempts(tmp_path: Path) -> None:
    # given two attempts
    store = ArtefactStore(tmp_path)
    publish(store, "one")
    with store.publishing("d-1", 2) as folder:
        (folder / "a.txt").write_text("two")
    # when the first is discarded twice
    assert store.discard("d-1", 1) is True
    assert store.discard("d-1", 1) is False
    # then only the second is offered
    assert store.find("d-1", 1) is None
    assert store.find("d-1", 2) is not None
    # and the delivery's folder goes with the last one
    assert store.discard("d-1", 2) is True
    assert not (tmp_path / "d-1").exists()
    assert list((tmp_path / ".discarded").iterdir()) == []


@pytest.mark.parametrize("delivery_id", ["../x", "", ".incoming", "a/b", "x" * 200])
def test_ids_that_are_no_plain_names_are_refused(tmp_path: Path, delivery_id: str) -> None:
    with pytest.raises(BadInputError, match="no plain name"):
        ArtefactStore(tmp_path).discard(delivery_id, 1)
