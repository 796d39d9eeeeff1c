"""The state file is whole or absent, and damage is no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.process import ProcessId
from deploy.local.state import State, load, save
from schemas.errors import SetupError

_STATE = State(
    kind="local",
    kafka_brokers="127.0.0.1:9092",
    database_url="host=/somewhere",
    processes={"broker": ProcessId(42, 1700000000.25)},
    ports={"broker": 9092, "api": 8000},
    fingerprint="abc",
)


def test_given_a_state_when_saved_and_loaded_then_it_is_the_same(tmp_path: Path) -> None:
    save(tmp_path / "home" / "state.json", _STATE)

    assert load(tmp_path / "home" / "state.json") == _STATE
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["state.json"]


def test_given_no_file_when_loaded_then_nothing_was_started(tmp_path: Path) -> None:
    assert load(tmp_path / "state.json") == State()


@pytest.mark.parametrize("length", range(0, 250, 7))
def test_given_a_file_that_was_cut_off_when_loaded_then_nothing_was_started(
    tmp_path: Path, length: int
) -> None:
    path = tmp_path / "state.json"
    save(path, _STATE)
    path.write_bytes(path.read_bytes()[:length])

    assert load(path) == State()


@pytest.mark.parametrize(
    "text", ["[]", "1", "null", '{"format": 2}', '{"format": 1, "processes": {"broker": {}}}']
)
def test_given_a_file_of_another_shape_when_loaded_then_nothing_was_started(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "state.json").write_text(text)

    assert load(tmp_path / "state.json") == State()


def test_given_a_folder_that_is_a_file_when_saved_then_the_error_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")

    with pytest.raises(SetupError, match="STREAMWRIGHT_HOME"):
        save(tmp_path / "home" / "state.json", _STATE)


def test_given_a_full_disk_when_saved_then_the_error_says_so_and_the_old_state_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    save(path, _STATE)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SetupError, match="No space left on device"):
        save(path, State(kind="mock"))

    assert load(path) == _STATE
    assert [found.name for found in tmp_path.iterdir()] == ["state.json"]


def test_given_a_process_when_taken_out_then_the_others_stay() -> None:
    with_two = _STATE.with_process("database", ProcessId(43, 1.0))

    assert with_two.with_process("broker", None).processes == {"database": ProcessId(43, 1.0)}
