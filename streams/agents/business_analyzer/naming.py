"""Names that are safe in Python, SQL, URLs and OpenAPI, and still are the requirement's words."""

from __future__ import annotations

import keyword
import re
import sys

from streams.agents.business_analyzer import words

MAX_NAME = 40
# Attributes of the ORM and of the validation library, and query parameters of every list.
TAKEN_FIELDS = frozenset(
    "id metadata registry query json copy schema dict construct validate created_at updated_at limit"
    " offset sort q fields self cls model_config model_fields type_ none true false".split()
)
TAKEN_ENTITIES = frozenset(
    "Base Model Field BaseModel Session Engine Column Integer String Text Any None True False Exception"
    " Error Notification Health Report Request Response Depends FastAPI Query Path Body Header Optional"
    " List Dict Type Enum Decimal Date DateTime Boolean Object Static Problem Page Docs".split()
)
TAKEN_PATHS = frozenset(
    {"health", "docs", "redoc", "reports", "notifications", "static", "openapi", "openapi-json"}
)

TAKEN_MODULES = frozenset(
    {"tests", "app", "main", "fastapi", "uvicorn", "sqlalchemy", "pydantic", "streams", "schemas"}
)


# Names of pydantic's own methods and settings; 'model_year' and 'model_id' are free.
_OF_PYDANTIC = re.compile(
    r"model_(?:config|fields|dump|validate|construct|copy|computed_fields|extra|json_schema"
    r"|parametrized_name|post_init|rebuild)"
)


def is_taken(name: str) -> bool:
    """Whether a field of this name would hide something of a library or of the list requests."""
    return name in TAKEN_FIELDS or bool(_OF_PYDANTIC.match(name))


def field_name(parts: tuple[str, ...], entity: tuple[str, ...]) -> str:
    """A snake_case field name that no Python keyword or library attribute shadows; '' for no name."""
    name = words.snake(parts)[:MAX_NAME].strip("_")
    if not name:
        return ""
    if name[0].isdigit():
        name = f"n_{name}"
    if name in ("id", "created_at", "updated_at"):
        return name
    if keyword.iskeyword(name) or (keyword.issoftkeyword(name) and name in ("match", "case")):
        return f"{name}_name" if name == "class" else f"{name}_value"
    if is_taken(name):
        own = f"{words.snake(entity)}_{name}"[: MAX_NAME + 20].strip("_")
        return f"the_{own}" if is_taken(own) or not own[0].isalpha() else own
    return name


def entity_name(parts: tuple[str, ...]) -> str:
    """A PascalCase class name; '' where no letter is left."""
    name = words.pascal(parts)[:MAX_NAME]
    if not name or not re.search(r"[A-Za-z]", name):
        return ""
    if name[0].isdigit():
        name = f"N{name}"
    if name in TAKEN_ENTITIES or keyword.iskeyword(name):
        return f"{name}Record"
    return name


def collection_path(parts: tuple[str, ...]) -> str:
    """The kebab-case plural, which no fixed path of a service uses."""
    several = (*parts[:-1], words.plural(parts[-1]))
    path = words.kebab(several)[: MAX_NAME + 10].strip("-")
    return f"{path}-list" if path in TAKEN_PATHS else path


def package_name(title: str) -> str:
    """A module name that hides no module of the standard library."""
    name = words.snake(title.split())[:MAX_NAME].strip("_") or "service"
    if name[0].isdigit():
        name = f"s_{name}"
    if not name.endswith(("service", "system")):
        name = f"{name}_service"
    if keyword.iskeyword(name) or name in sys.stdlib_module_names or name in TAKEN_MODULES:
        return f"{name}_app"
    return name


def choice_value(text: str) -> str:
    """A value of a choice in snake_case; 'A+' and 'A-' stay two values."""
    text = re.sub(r"\s*\+(?=$|\s)", " plus", re.sub(r"(?<=\w)\s*-$", " minus", text.strip()))
    return words.snake(text.split())[:MAX_NAME]
