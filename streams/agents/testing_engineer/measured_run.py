"""Runs inside the sandbox: pytest under coverage.py in one process, results as files.

Usage: python measured_run.py PACKAGE. Leaves junit.xml and coverage.json in the working directory and
exits with the code of pytest. It stands alone: it is copied to where nothing of ours can be imported.
"""

import sys

import coverage
import pytest


def main(package: str) -> int:
    """The exit code of pytest."""
    measured = coverage.Coverage(branch=True, source=[package], config_file=False, data_file=None)
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
