"""Escape attempts and plain runs: the sandbox lets work through and keeps everything else in."""

from __future__ import annotations

import os
import socket
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from connectors.sandbox import Isolation, Limits, Outcome, run
from connectors.sandbox.isolation import strongest, visible_paths
from schemas.artefacts import SourceBundle, SourceFile
from schemas.errors import BadInputError, SetupError

QUICK = Limits(wall_seconds=10, cpu_seconds=10, memory_bytes=512 * 1024**2, file_bytes=1024**2, processes=8)


def attempt(
    code: str,
    *,
    limits: Limits = QUICK,
    isolation: Isolation | None = None,
    environment: Mapping[str, str] | None = None,
    collect: Sequence[str] = (),
) -> Outcome:
    bundle = SourceBundle(files=(SourceFile(path="attempt.py", content=code),))
    command = [sys.executable, "attempt.py"]
    return run(
        command, files=bundle, limits=limits, isolation=isolation, environment=environment, collect=collect
    )


@pytest.fixture
def listener() -> Iterator[int]:
    """A server of ours on the loopback, which nothing in the sandbox may reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(params=["strongest", "audit-hook"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    return "audit-hook" if request.param == "audit-hook" else strongest()


def test_a_plain_run_gives_output_exit_code_and_files(isolation: Isolation) -> None:
    # given a program that prints, writes a file and fails
    code = (
        "import sys; print('hello'); print('oops', file=sys.stderr)\n"
        "open('out.txt', 'w').write('left'); sys.exit(3)\n"
    )
    # when it is run
    outcome = attempt(code, isolation=isolation, collect=["*.txt", "none.json"])
    # then all of it is handed back, with the wall that was used
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (3, "hello\n", "oops\n")
    assert outcome.files == {"out.txt": b"left"}
    assert outcome.limit_hit == ""
    assert outcome.isolation == isolation


def test_a_folder_is_copied_and_stays_as_it_was(tmp_path: Path) -> None:
    # given a folder with a program that changes its own files
    (tmp_path / "attempt.py").write_text("open('attempt.py', 'a').write('# changed'); print('ran')")
    before = (tmp_path / "attempt.py").read_text()
    # when it is run
    outcome = run([sys.executable, "attempt.py"], files=tmp_path, limits=QUICK)
    # then only the copy has changed
    assert outcome.stdout == "ran\n"
    assert (tmp_path / "attempt.py").read_text() == before


def test_asyncio_works_behind_every_wall(isolation: Isolation) -> None:
    outcome = attempt("import asyncio; asyncio.run(asyncio.sleep(0)); print('done')", isolation=isolation)
    assert outcome.stdout == "done\n", outcome.stderr


def test_the_network_cannot_be_reached(isolation: Isolation, listener: int) -> None:
    # given a server of ours that listens
    # when the code connects to it
    code = f"import socket; socket.create_connection(('127.0.0.1', {listener}), 2); print('escaped')"
    outcome = attempt(code, isolation=isolation)
    # then the connection is refused
    assert outcome.exit_code != 0
    assert "escaped" not in outcome.stdout


def test_a_server_of_its_own_on_the_loopback_can_be_reached_where_allowed(isolation: Isolation) -> None:
    code = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname(), 2)\n"
        "print('connected')\n"
    )
    outcome = attempt(code, isolation=isolation, environment={"SANDBOX_LOOPBACK": "1"})
    assert outcome.stdout == "connected\n", outcome.stderr


def test_secrets_of_the_environment_are_not_inherited(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a secret in our environment
    monkeypatch.setenv("DATABASE_PASSWORD", "swordfish")
    # when the code prints its environment
    outcome = attempt("import os; print(dict(os.environ))", isolation=isolation, environment={"GIVEN": "yes"})
    # then it sees what it was given, and not the secret
    assert "swordfish" not in outcome.stdout
    assert "'GIVEN': 'yes'" in outcome.stdout


def test_our_processes_and_files_are_out_of_sight(tmp_path: Path) -> None:
    if strongest() == "audit-hook":
        pytest.skip("this machine offers no namespaces")
    # given a file of ours
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    # when the code reads it, our environment, and writes to the system
    code = (
        "import os\n"
        f"for path in ('/proc/{os.getpid()}/environ', {str(secret)!r}):\n"
        "    print(os.path.exists(path))\n"
        "for path in ('/usr/planted', os.__file__):\n"
        "    try:\n"
        "        open(path, 'a'); print('written')\n"
        "    except OSError: print('refused')\n"
    )
    outcome = attempt(code)
    # then it finds neither and may write nowhere but in its own folder
    assert outcome.stdout.split() == ["False", "False", "refused", "refused"], outcome.stderr


def test_an_endless_loop_ends_at_the_processor_limit(isolation: Isolation) -> None:
    outcome = attempt("while True: pass", limits=Limits(cpu_seconds=1, wall_seconds=20), isolation=isolation)
    assert outcome.exit_code != 0
    assert outcome.limit_hit == "cpu"


def test_a_sleeper_ends_at_the_wall_limit(isolation: Isolation) -> None:
    started = time.monotonic()
    outcome = attempt("import time; time.sleep(60)", limits=Limits(wall_seconds=0.5), isolation=isolation)
    assert outcome.limit_hit == "wall"
    assert time.monotonic() - started < 5


def test_a_memory_bomb_is_stopped(isolation: Isolation) -> None:
    outcome = attempt("x = bytearray(2 * 1024**3); print('escaped')", isolation=isolation)
    assert outcome.limit_hit == "memory"
    assert "escaped" not in outcome.stdout


def test_a_huge_file_is_stopped(isolation: Isolation) -> None:
    outcome = attempt("open('huge', 'wb').write(b'x' * 50_000_000); print('escaped')", isolation=isolation)
    assert outcome.limit_hit == "file"
    assert "escaped" not in outcome.stdout


def test_endless_output_is_bounded(isolation: Isolation) -> None:
    outcome = attempt("while True: print('x' * 1000)", isolation=isolation)
    assert outcome.exit_code != 0
    assert len(outcome.stdout) <= 200_000


def sleeper(mark: str) -> str:
    """Code that starts a process which leaves its session."""
    command = f"[sys.executable, '-c', 'import time; time.sleep(60)', '{mark}']"
    return f"subprocess.Popen({command}, start_new_session=True)\n"


def alive(mark: str) -> list[psutil.Process]:
    """Processes with this mark in their command; a zombie has ended and only waits to be collected."""
    found = psutil.process_iter(["cmdline", "status"])
    return [
        process
        for process in found
        if mark in (process.info["cmdline"] or []) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def test_a_fork_bomb_is_stopped_and_nothing_survives(isolation: Isolation) -> None:
    # given code that starts sleepers which leave its session
    mark = uuid.uuid4().hex
    code = f"import subprocess, sys\nfor _ in range(40):\n    {sleeper(mark)}import time; time.sleep(60)\n"
    # when it is run
    outcome = attempt(code, isolation=isolation)
    # then it is stopped early, and no process of it is left
    assert outcome.limit_hit == "processes"
    assert outcome.seconds < 30
    assert alive(mark) == []


def test_children_left_behind_die_with_the_run(isolation: Isolation) -> None:
    mark = uuid.uuid4().hex
    code = "import subprocess, sys\n" + sleeper(mark)
    assert attempt(code, isolation=isolation).exit_code == 0
    assert alive(mark) == []


@pytest.mark.parametrize("path", ["/etc/planted", "../planted", "a/../../planted", "a\\b"])
def test_a_bundle_cannot_write_outside_its_folder(path: str) -> None:
    bundle = SourceBundle(files=(SourceFile(path=path, content="x"),))
    with pytest.raises(BadInputError, match="leaves the project"):
        run(["true"], files=bundle, limits=QUICK)


def test_a_link_that_leads_outside_is_not_collected(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("swordfish")
    code = f"import os; os.symlink({str(tmp_path / 'secret.txt')!r}, 'out.txt')"
    outcome = attempt(code, isolation="audit-hook", collect=["out.txt"])
    assert outcome.exit_code == 0
    assert outcome.files == {}


def test_a_command_that_does_not_exist_is_told(isolation: Isolation) -> None:
    outcome = run(["no-such-program"], files=SourceBundle(), limits=QUICK, isolation=isolation)
    assert outcome.exit_code in (126, 127)


def test_a_missing_wall_is_a_setup_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("connectors.sandbox.launch.wall", lambda *_: ["no-such-wall"])
    with pytest.raises(SetupError, match="starting no-such-wall"):
        run(["true"], files=SourceBundle(), limits=QUICK, isolation="bwrap")


def test_paths_inside_others_are_shown_once() -> None:
    shown = visible_paths((Path("/usr/share/doc"), Path("/somewhere")))
    assert "/usr/share/doc" not in shown
    assert {"/usr", "/somewhere"} <= set(shown)
