"""The Frontend Developer's engine: specification and OpenAPI -> the files of the page.

The page is plain HTML, CSS and ES modules, the same for every service but for its model
(`model.json`), its title and its colours; it loads nothing from elsewhere.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined

from schemas.artefacts import SourceBundle, SourceFile
from schemas.specification import Specification
from streams.agents.frontend_developer.describe import describe
from streams.agents.frontend_developer.offered import read_offered
from streams.agents.frontend_developer.page_model import PageModel

_TEMPLATE_FOLDER = "templates"
_TEMPLATE_SUFFIX = ".j2"

# Accent colours for light and for dark pages; each has a contrast of 4.5 or more with its background.
ACCENTS = (
    ("#4338ca", "#a5b4fc"),
    ("#115e59", "#5eead4"),
    ("#1d4ed8", "#93c5fd"),
    ("#7e22ce", "#d8b4fe"),
    ("#166534", "#86efac"),
    ("#155e75", "#67e8f9"),
)


def implement(specification: Specification, openapi: str) -> SourceBundle:
    """Write the page of a service: `<package>/static/...`, the same input always the same files.

    Raises:
        WorkError: the OpenAPI document is unreadable, or lacks the collection of an entity.
    """
    model = describe(specification, read_offered(openapi))
    folder = f"{specification.package}/static"
    files = {
        **_rendered(specification.package, model),
        "model.json": json.dumps(dataclasses.asdict(model), indent=1) + "\n",
    }
    return SourceBundle(
        files=tuple(SourceFile(path=f"{folder}/{name}", content=files[name]) for name in sorted(files))
    )


def _rendered(package: str, model: PageModel) -> dict[str, str]:
    accent = hashlib.sha256(package.encode("utf-8", "replace")).digest()[0] % len(ACCENTS)
    light, dark = ACCENTS[accent]
    initial = next((letter for letter in model.name if letter.isalnum()), "•").upper()
    values = {
        "title": _printable(model.name),
        "summary": _printable(model.summary),
        "initial": _printable(initial),
        "accent_light": light,
        "accent_dark": dark,
    }
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return {
        name.removesuffix(_TEMPLATE_SUFFIX): (
            environment.from_string(text).render(values) if name.endswith(_TEMPLATE_SUFFIX) else text
        )
        for name, text in _templates().items()
    }


def _printable(text: str) -> str:
    """The text without what neither HTML nor UTF-8 can hold: control characters, lone surrogates."""
    encodable = text.encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else " " for letter in encodable).strip()


@cache
def _templates() -> dict[str, str]:
    folder = resources.files(__package__).joinpath(_TEMPLATE_FOLDER)
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file()}
