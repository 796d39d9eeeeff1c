"""All tables of the read models. The SQL of the same tables is in projections/migrations."""

from __future__ import annotations

from projections.models.table import AppendTable, Facet, Json, Table, Value

_EMPTY = Json([])
_ATTEMPT = ("delivery_id", "attempt")
_DISCARDED = Facet("discard", {"discarded": False})

DELIVERIES = Table(
    "deliveries",
    ("delivery_id",),
    (
        Facet("first", {"created_at": None}, "%019d"),
        Facet("last", {"updated_at": None, "last_position": ""}, "%019d.%02d.%06d.%018d"),
        Facet(
            "request",
            {"requirement": "", "format": "", "submitted_by": "", "submitted_at": None, "position": ""},
            "%07d.%019d",
        ),
        Facet("state", {"attempt": 0, "status": "unknown", "step": "", "status_at": None}),
        Facet("failure", {"cause": "", "failed_step": "", "reason": ""}),
        Facet("question", {"questions": _EMPTY}),
        Facet("answer", {"answers": _EMPTY}),
        Facet("specification", {"name": "", "package": "", "summary": ""}),
        Facet(
            "tests",
            {"tests_passed": None, "tests_failed": None, "line_coverage": None, "branch_coverage": None},
        ),
        Facet("artefact", {"version": "", "folder": "", "wheel": "", "wheel_sha256": ""}),
    ),
)
(FIRST, LAST, REQUEST, STATE, FAILURE, QUESTION, ANSWER, SPECIFICATION, TESTS, ARTEFACT) = range(10)

FEATURES = Table(
    "features",
    (*_ATTEMPT, "feature_id"),
    (
        Facet(
            "content",
            {"name": "", "summary": "", "entities": _EMPTY, "story_ids": _EMPTY, "created_at": None},
        ),
        Facet("status", {"status": "created", "status_at": None}),
    ),
)

SPECIFICATIONS = Table(
    "specifications",
    _ATTEMPT,
    (
        Facet(
            "content",
            {
                "name": "",
                "package": "",
                "engine": "",
                "specification": Json(None),
                "occurred_at": None,
                "position": "",
            },
        ),
        _DISCARDED,
    ),
)

STORIES = Table(
    "stories",
    (*_ATTEMPT, "story_id"),
    (
        Facet(
            "content",
            {
                "feature_id": "",
                "role": "",
                "goal": "",
                "benefit": "",
                "operations": _EMPTY,
                "criteria": _EMPTY,
                "occurred_at": None,
            },
        ),
        Facet("result", {"passed": None, "failed": None}),
    ),
)

_REPORT: dict[str, Value] = {
    "outcome": "",
    "engine": "",
    "passed": None,
    "failed": None,
    "line_coverage": None,
    "branch_coverage": None,
    "seconds": None,
    "error": "",
    "reason": "",
    "occurred_at": None,
    "position": "",
}
TEST_REPORTS = Table("test_reports", _ATTEMPT, (Facet("content", _REPORT), _DISCARDED))
TEST_CASES = Table(
    "test_cases",
    (*_ATTEMPT, "ordinal"),
    (
        Facet(
            "content",
            {"name": "", "story_id": "", "criterion_id": "", "outcome": "", "seconds": None, "message": ""},
        ),
    ),
)

_BUILD: dict[str, Value] = {
    "outcome": "",
    "engine": "",
    "package": "",
    "version": "",
    "folder": "",
    "wheel": "",
    "wheel_sha256": "",
    "files": _EMPTY,
    "install_seconds": None,
    "health_seconds": None,
    "reason": "",
    "occurred_at": None,
    "position": "",
}
BUILDS = Table("builds", _ATTEMPT, (Facet("content", _BUILD), _DISCARDED))

BUNDLES = Table("bundles", _ATTEMPT, (Facet("content", {"step": "", "occurred_at": None, "position": ""}),))
SOURCES = Table("sources", (*_ATTEMPT, "path"), (Facet("content", {"content": "", "size": 0}),))

OUTCOMES = Table(
    "outcomes",
    _ATTEMPT,
    (
        Facet(
            "content",
            {
                "outcome": "",
                "cause": "",
                "failed_step": "",
                "reason": "",
                "undone": _EMPTY,
                "question_ids": _EMPTY,
                "occurred_at": None,
                "position": "",
            },
        ),
    ),
)
CONTENT, SECOND = range(2)

TIMELINE = AppendTable(
    "timeline",
    (
        "topic",
        "partition",
        "record_offset",
        "delivery_id",
        "event_id",
        "event_type",
        "schema_version",
        "stream_id",
        "stream_version",
        "correlation_id",
        "causation_id",
        "actor",
        "occurred_at",
        "attempt",
        "summary",
    ),
)
SKIPPED = AppendTable(
    "skipped", ("topic", "partition", "record_offset", "recorded_at", "record_key", "size", "reason")
)

MERGED_TABLES: tuple[Table, ...] = (
    DELIVERIES,
    FEATURES,
    SPECIFICATIONS,
    STORIES,
    TEST_REPORTS,
    TEST_CASES,
    BUILDS,
    BUNDLES,
    SOURCES,
    OUTCOMES,
)
APPEND_TABLES: tuple[AppendTable, ...] = (TIMELINE, SKIPPED)
