"""All lists of the query API: their SQL, sorts and filters."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString

from projections.api.listing import Column, Listing

_DELIVERY = Column("delivery_id", str)
_ATTEMPT = Column("attempt", int)
_NAME = Column("name", str)
_OCCURRED_AT = Column("occurred_at", datetime)
_CREATED_AT = Column("created_at", datetime)

_BY_TIME = {"occurred_at": (_OCCURRED_AT,)}
_OF_ATTEMPT: dict[str, LiteralString] = {
    "delivery_id": "delivery_id = %(delivery_id)s",
    "attempt": "attempt = %(attempt)s",
}
_IN_TIME: dict[str, LiteralString] = {
    "occurred_from": "occurred_at >= %(occurred_from)s",
    "occurred_to": "occurred_at <= %(occurred_to)s",
}

DELIVERIES = Listing(
    select="SELECT delivery_id, status, step, attempt, name, package, left(requirement, 200) AS excerpt,"
    " tests_passed, tests_failed, line_coverage, branch_coverage, created_at, updated_at,"
    " last_position AS position FROM deliveries WHERE true",
    key=(_DELIVERY,),
    sorts={"created_at": (_CREATED_AT,), "updated_at": (Column("updated_at", datetime),), "name": (_NAME,)},
    filters={
        "status": "status = ANY(%(status)s)",
        "outcome": "status = ANY(%(outcome)s)",
        "created_from": "created_at >= %(created_from)s",
        "created_to": "created_at <= %(created_to)s",
        "q": "strpos(lower(concat_ws(E'\\n', requirement, name, summary)), lower(%(q)s)) > 0",
    },
)

TIMELINE_COLUMNS: LiteralString = (
    "topic || '-' || partition || '-' || record_offset AS position, topic, partition, record_offset,"
    " event_id, event_type, schema_version, delivery_id, stream_id, stream_version, correlation_id,"
    " causation_id, actor, occurred_at, attempt, summary"
)

TIMELINE = Listing(
    select="SELECT " + TIMELINE_COLUMNS + " FROM timeline WHERE true",
    key=(Column("topic", str), Column("partition", int), Column("record_offset", int)),
    sorts=_BY_TIME,
    filters={
        **_OF_ATTEMPT,
        **_IN_TIME,
        "event_type": "event_type = ANY(%(event_type)s)",
        "actor": "actor = %(actor)s",
        "topic": "topic = %(topic)s",
    },
)

FEATURES = Listing(
    select="SELECT * FROM features WHERE content_order <> ''",
    key=(_DELIVERY, _ATTEMPT, Column("feature_id", str)),
    sorts={"created_at": (_CREATED_AT,), "name": (_NAME,)},
    filters={
        **_OF_ATTEMPT,
        "status": "status = %(status)s",
        "q": "strpos(lower(concat_ws(E'\\n', name, summary)), lower(%(q)s)) > 0",
    },
)

STORY_RESULT: LiteralString = (
    "CASE WHEN passed IS NULL THEN 'untested' WHEN failed > 0 OR passed = 0 THEN 'failed' ELSE 'passed' END"
)

STORIES = Listing(
    select="SELECT *, " + STORY_RESULT + " AS result FROM stories WHERE content_order <> ''",
    key=(_DELIVERY, _ATTEMPT, Column("story_id", str)),
    sorts=_BY_TIME,
    filters={
        **_OF_ATTEMPT,
        "feature_id": "feature_id = %(feature_id)s",
        "role": "role = %(role)s",
        "result": STORY_RESULT + " = %(result)s",
        "q": "strpos(lower(concat_ws(E'\\n', goal, benefit)), lower(%(q)s)) > 0",
    },
)

SPECIFICATIONS = Listing(
    select="SELECT delivery_id, attempt, name, package, engine, discarded, occurred_at, position"
    " FROM specifications WHERE content_order <> ''",
    key=(_DELIVERY, _ATTEMPT),
    sorts=_BY_TIME,
    filters={
        **_OF_ATTEMPT,
        **_IN_TIME,
        "discarded": "discarded = %(discarded)s",
        "q": "strpos(lower(name), lower(%(q)s)) > 0",
    },
)

TEST_REPORTS = Listing(
    select="SELECT * FROM test_reports WHERE content_order <> ''",
    key=(_DELIVERY, _ATTEMPT),
    sorts=_BY_TIME,
    filters={
        **_OF_ATTEMPT,
        **_IN_TIME,
        "outcome": "outcome = %(outcome)s",
        "discarded": "discarded = %(discarded)s",
        "line_coverage_from": "line_coverage >= %(line_coverage_from)s",
        "line_coverage_to": "line_coverage <= %(line_coverage_to)s",
    },
)

BUILDS = Listing(
    select="SELECT * FROM builds WHERE content_order <> ''",
    key=(_DELIVERY, _ATTEMPT),
    sorts=_BY_TIME,
    filters={
        **_OF_ATTEMPT,
        **_IN_TIME,
        "outcome": "outcome = %(outcome)s",
        "discarded": "discarded = %(discarded)s",
        "package": "package = %(package)s",
    },
)

OUTCOMES = Listing(
    select="SELECT * FROM outcomes WHERE content_order <> ''",
    key=(_DELIVERY, _ATTEMPT),
    sorts=_BY_TIME,
    filters={
        **_OF_ATTEMPT,
        **_IN_TIME,
        "outcome": "outcome = ANY(%(outcome)s)",
        "failed_step": "failed_step = %(failed_step)s",
        "cause": "cause = %(cause)s",
    },
)

SKIPPED = Listing(
    select="SELECT topic || '-' || partition || '-' || record_offset AS position, topic, partition,"
    " record_offset, recorded_at, record_key, size, reason FROM skipped WHERE true",
    key=(Column("topic", str), Column("partition", int), Column("record_offset", int)),
    sorts={"position": ()},
)
