"""Write the OpenAPI document of the query API: `python -m projections.api.description [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from connectors.settings import Settings
from projections.api.app import create_app

FILE = Path(__file__).parents[2] / "docs" / "openapi.yaml"


def openapi_document() -> dict[str, object]:
    """The document that a running query API answers at /openapi.json."""
    document: dict[str, object] = create_app(Settings()).openapi()
    return document


def openapi_text() -> str:
    """The document as the file holds it."""
    return yaml.safe_dump(openapi_document(), sort_keys=False, allow_unicode=True, width=110)


def main(arguments: list[str]) -> int:
    """Exit code 1 where `--check` finds that the file is stale."""
    text = openapi_text()
    if "--check" not in arguments:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{FILE} is stale: run python -m projections.api.description")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
