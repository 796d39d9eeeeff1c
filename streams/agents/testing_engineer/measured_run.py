"""Runs inside the sandbox: pytest under coverage.py in one process, results as files.

Usage: python measured_run.py PACKAGE. Leaves junit.xml and coverage.json in the working directory and
exits with the code of pytest. It stands alone: it is copied to where nothing of ours can be imported.
"""

import gc
import importlib
import sys

import coverage
import pytest

# Garbage collection of what stays for the whole run costs a fifth of its time.
_STAYING = ("fastapi.testclient", "sqlalchemy.orm", "pydantic")
_COLLECT_AFTER = 100_000


def collect_seldom() -> None:
    """Leaves what is imported for good out of garbage collection."""
    for module in _STAYING:
        try:
            importlib.import_module(module)
        except ImportError:
            continue
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 50, 50)


def main(package: str) -> int:
    """The exit code of pytest."""
    measured = coverage.Coverage(branch=True, source=[package], config_file=False, data_file=None)
    collect_seldom()
    measured.start()
    code = pytest.main(["tests", "-v", "--tb=short", "-p", "no:cacheprovider", "--junitxml=junit.xml"])
    measured.stop()
    try:
        measured.json_report(outfile="coverage.json")
    except coverage.exceptions.NoDataError:
        print(f"Nothing of {package} was run", file=sys.stderr)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
