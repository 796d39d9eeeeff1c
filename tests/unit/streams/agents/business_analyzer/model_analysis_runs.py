"""The analyzer with a language model on a local server, and what it is asked in tests."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from connectors.settings import Settings
from schemas.envelope import Envelope, Event
from schemas.events.requirement import AnalysisStarted
from schemas.specification import Answer
from streams.agents.business_analyzer.model_worker import ModelAnalysisWorker, model_analysis
from streams.core.decider import WorkDone, WorkFailed
from tests.model_server.server import KEY, ModelServer
from tests.specifications.library import library
from tests.unit.streams.audit.recorded_histories import NEW_YEAR

REQUIREMENT = "Members borrow books. A book has a title and an author. A loan has a book and a due date."
DELIVERY = str(UUID(int=7))


def library_answer(**changes: object) -> str:
    """A good answer: the library's specification, without what follows from it."""
    plain = dataclasses.asdict(library())
    for derived in ("operations", "features", "stories"):
        del plain[derived]
    plain["package"] = "library_service"
    # `Request` is a name that generated code has for something else.
    text = json.dumps(plain).replace('"Request"', '"Inquiry"').replace('"requests"', '"inquiries"')
    return json.dumps({"specification": {**json.loads(text), **changes}})


def questions_answer(*texts: str) -> str:
    """An answer that asks."""
    return json.dumps({"questions": [{"id": "", "text": text, "about": ""} for text in texts]})


def settings_for(server: ModelServer, provider: str, home: Path, **changes: object) -> Settings:
    """Settings with this server, and short waits."""
    values: dict[str, object] = {
        "home": home,
        "engine_business_analyzer": provider,
        "language_model": "test-model",
        "language_model_url": server.url_of(provider),
        "language_model_key": SecretStr(KEY),
        "language_model_timeout_seconds": 5.0,
        "call_first_wait_seconds": 0.02,
        "call_longest_wait_seconds": 0.05,
        **changes,
    }
    return Settings.model_validate(values)


def worker_for(server: ModelServer, provider: str, home: Path, **changes: object) -> ModelAnalysisWorker:
    """The analyzer with a model on this server."""
    return model_analysis(provider, settings_for(server, provider, home, **changes))


def analysed(
    worker: ModelAnalysisWorker,
    requirement: str = REQUIREMENT,
    *,
    attempt: int = 1,
    answers: tuple[Answer, ...] = (),
    delivery: str = DELIVERY,
) -> WorkDone | WorkFailed:
    """The result of the analysis."""
    begun = AnalysisStarted(attempt=attempt, requirement=requirement, format="auto", answers=answers)
    envelope = Envelope(
        event_id=str(UUID(int=attempt)),
        event_type="AnalysisStarted",
        schema_version=1,
        delivery_id=delivery,
        stream_id=f"business-analyzer:{delivery}",
        stream_version=1,
        correlation_id=str(UUID(int=1)),
        causation_id=str(UUID(int=2)),
        occurred_at=NEW_YEAR,
        actor="business-analyzer/1",
    )
    event = Event(envelope=envelope, payload=begun)
    return worker.work(event, event)
