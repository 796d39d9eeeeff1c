"""An environment with DBOS, kept in the user's cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs
from filelock import FileLock

_PACKAGES = ("dbos==3.4.0", "psycopg[binary]")


def dbos_python() -> Path | None:
    """Its Python; None where DBOS cannot be installed, as without a network."""
    folder = platformdirs.user_cache_path("streamwright") / "benchmark-dbos-3.4.0"
    python, done = folder / "bin" / "python", folder / ".done"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock"), timeout=600):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
            try:
                subprocess.run([uv, "venv", "--quiet", str(folder)], check=True, timeout=120)
                command = [uv, "pip", "install", "--quiet", "--python", str(python), *_PACKAGES]
                subprocess.run(command, check=True, timeout=300)
            except (OSError, subprocess.SubprocessError):
                return None
            done.touch()
    return python
