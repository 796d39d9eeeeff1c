"""JSON schema of a dataclass with the meaning of each field, and reading of answers by it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from typing_extensions import Doc

T = TypeVar("T")
_MOST_PROBLEMS = 20


class AnswerError(ValueError):
    """An answer breaks the rules.

    Attributes:
        problems: one sentence each, for whoever has to mend it.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems[:_MOST_PROBLEMS]


class AnswerSchema(Generic[T]):
    """Answers of one class.

    Args:
        cls: a dataclass, whose fields may have a `Doc`.
        leave_out: fields that the model is not asked for, as 'Specification.stories'.
    """

    def __init__(self, cls: type[T], leave_out: frozenset[str] = frozenset()) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(cls)
        self._cls = cls
        self._leave_out = leave_out

    def json_schema(self) -> dict[str, object]:
        """The schema that is sent to the model."""
        schema = cast("dict[str, object]", self._adapter.json_schema())
        definitions = cast("dict[str, dict[str, object]]", schema.get("$defs", {}))
        classes = {cls.__name__: cls for cls in _classes(self._cls)}
        for name, described in ((self._cls.__name__, schema), *definitions.items()):
            if name in classes:
                self._describe(described, classes[name])
        return self._without_unused(schema)

    def read(self, text: str) -> T:
        """The answer.

        Raises:
            AnswerError: it is no JSON, or not of the schema.
        """
        try:
            return self._adapter.validate_json(text, strict=True, extra="forbid")
        except ValidationError as error:
            raise AnswerError(tuple(_problems(error))) from None

    def _describe(self, schema: dict[str, object], cls: type) -> None:
        properties = cast("dict[str, dict[str, object]]", schema.get("properties", {}))
        for name in properties.copy():
            if f"{cls.__name__}.{name}" in self._leave_out:
                del properties[name]
        for name, text in _docs(cls).items():
            if name in properties and "$ref" not in properties[name]:
                properties[name]["description"] = text
        for described in properties.values():
            described.pop("title", None)
        schema["description"] = " ".join((cls.__doc__ or "").split())
        schema["additionalProperties"] = False
        schema.pop("title", None)

    def _without_unused(self, schema: dict[str, object]) -> dict[str, object]:
        definitions = cast("dict[str, object]", schema.get("$defs", {}))
        for _ in definitions.copy():
            text = str({**schema, "$defs": list(definitions.values())})
            unused = [name for name in definitions if f"'#/$defs/{name}'" not in text]
            for name in unused:
                del definitions[name]
        return schema


def _problems(error: ValidationError) -> Iterator[str]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(str(part) for part in found["loc"])
        yield f"{place}: {found['msg']}" if place else str(found["msg"])


@cache
def _docs(cls: type) -> dict[str, str]:
    hints = get_type_hints(cls, include_extras=True)
    found: dict[str, str] = {}
    for name, hint in hints.items():
        if get_origin(hint) is Annotated:
            docs = [item.documentation for item in get_args(hint)[1:] if isinstance(item, Doc)]
            found.update((name, doc) for doc in docs[:1])
    return found


def _classes(hint: object) -> Iterator[type]:
    """All dataclasses that a type hint leads to."""
    waiting: list[object] = [hint]
    seen: set[type] = set()
    while waiting:
        current = waiting.pop()
        if isinstance(current, type) and dataclasses.is_dataclass(current):
            if current not in seen:
                seen.add(current)
                yield current
                waiting.extend(get_type_hints(current).values())
        else:
            waiting.extend(get_args(current))
