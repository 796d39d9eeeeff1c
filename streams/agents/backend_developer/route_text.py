"""One route of the generated service as Python: decorator, signature, docstring, statements."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.specification import Operation
from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.plan import EntityPlan
from streams.agents.backend_developer.source import docstring, indented
from streams.agents.backend_developer.write_rules import with_caller

# Names that a module of routes needs for something else.
_TAKEN = frozenset(
    {
        "rules",
        "schemas",
        "models",
        "lookup",
        "access",
        "clock",
        "router",
        "select",
        "asked",
        "problems",
        "csv",
        "dt",
        "io",
    }
)


def asks(entity: EntityPlan) -> bool:
    """Whether requests may name a role."""
    return bool(entity.plan.spec.roles)


def grants_of(entity: EntityPlan, operation: str) -> str:
    """Source of the grant of an operation."""
    return f'rules.GRANTS.get("{operation}")' if with_caller(entity) else "None"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A request and what answers it.

    Attributes:
        entity: what it is about.
        method: HTTP method.
        path: as in the specification.
        fallback: name where the specification has no such operation.
        statuses: error statuses it can answer with, besides 403.
        parameters: of the function, without the caller.
        last: parameter with a default, '' for none.
        result: type of the answer.
        lines: statements.
        grant: operation that a role must be granted.
        checks_first: whether the record must be there before the body is looked at.
        options: more arguments of the decorator.
        described: description of the answer of 200, '' for that of FastAPI.
    """

    entity: EntityPlan
    method: str
    path: str
    fallback: str
    statuses: tuple[int, ...]
    parameters: tuple[str, ...]
    last: str = ""
    result: str
    lines: list[str]
    grant: str
    checks_first: bool = False
    options: tuple[str, ...] = ()
    described: str = ""

    @property
    def operation(self) -> Operation | None:
        """The operation as specified."""
        wanted = (self.method, self.path)
        return next(
            (one for one in self.entity.plan.spec.operations if (one.method, one.path) == wanted), None
        )

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.operation.name if self.operation else self.fallback

    @property
    def summary(self) -> str:
        """What people read."""
        given = self.operation.summary if self.operation else ""
        return given or self.fallback.replace("_", " ").capitalize()

    def source(self) -> list[str]:
        """The route's lines."""
        name = f"{self.name}_" if self.name in _TAKEN else self.name
        return [
            *self._decorator(),
            *head(name, self._parameters(), self.result),
            *indented([docstring(f"{self.summary}."), *self.lines]),
        ]

    def _parameters(self) -> list[str]:
        needs = asks(self.entity) and any("caller" in line for line in self.lines)
        caller = ["caller: Asking"] if needs else []
        return [*self.parameters, *caller, *([self.last] if self.last else [])]

    def _dependency(self) -> list[str]:
        if not asks(self.entity):
            return ["dependencies=[Depends(_existing)]"] if self.checks_first else []
        if self.checks_first:
            return [f'dependencies=[Depends(_existing("{self.grant}"))]']
        return [f"dependencies=[Depends(access.may({grants_of(self.entity, self.grant)}))]"]

    def _decorator(self) -> list[str]:
        statuses = sorted({*self.statuses, *([403] if asks(self.entity) else [])})
        problems = f"problems({', '.join(map(str, statuses))})"
        responses = [f"responses={problems},"]
        if self.described:
            responses = ["responses={", f"    200: {self.described},", f"    **{problems},", "},"]
        arguments = [
            f"{expressions.quoted(self.path)},",
            f"operation_id={expressions.quoted(self.name)},",
            f"summary={expressions.quoted(self.summary)},",
            *(f"{option}," for option in (*self.options, *self._dependency())),
            *responses,
        ]
        return [f"@router.{self.method.lower()}(", *indented(arguments), ")"]


def head(name: str, parameters: list[str], result: str) -> list[str]:
    """The first lines of a function."""
    line = f"def {name}({', '.join(parameters)}) -> {result}:"
    if len(line) <= 100:
        return [line]
    return [f"def {name}(", *(f"    {one}," for one in parameters), f") -> {result}:"]
