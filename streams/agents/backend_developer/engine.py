"""The Backend Developer's engine: specification -> the files of a FastAPI service.

Pure, offline and deterministic: the same specification gives the same files.
"""

from __future__ import annotations

from schemas.artefacts import SourceBundle, SourceFile
from schemas.specification import Specification
from streams.agents.backend_developer.plan import Plan
from streams.agents.backend_developer.write_models import models
from streams.agents.backend_developer.write_reports import reports
from streams.agents.backend_developer.write_routes import routes
from streams.agents.backend_developer.write_rules import rules
from streams.agents.backend_developer.write_schemas import schemas
from streams.agents.backend_developer.write_support import support


def implement(specification: Specification) -> SourceBundle:
    """Writes the service: `pyproject.toml`, `README.md` and the package, without its page and its tests."""
    plan = Plan(specification)
    package = specification.package
    files = {f"{package}/models.py": models(plan)}
    for entity in plan.entities:
        files[f"{package}/schemas/{entity.module}.py"] = schemas(entity)
        files[f"{package}/rules/{entity.module}.py"] = rules(entity)
        files[f"{package}/routes/{entity.module}.py"] = routes(entity)
    if specification.reports:
        files[f"{package}/routes/reports.py"] = reports(plan)
    files |= support(plan, "\n".join(files.values()))
    return SourceBundle(files=tuple(SourceFile(path=path, content=files[path]) for path in sorted(files)))
