"""Specifications, features and stories, by attempt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from projections.models import payloads
from projections.models.recorded import Recorded
from projections.models.table import Change, Json, Order
from projections.models.tables import CONTENT, FEATURES, SECOND, SPECIFICATIONS, STORIES


def specification_changes(event: Recorded) -> Iterator[Change]:
    """SpecificationWritten: the specification and its stories."""
    payload = cast(payloads.Specified, event.payload)
    found, attempt = payload["specification"], payload["attempt"]
    key, order = (event.envelope["delivery_id"], attempt), event.order(attempt, 1)
    values = (
        found["name"],
        found["package"],
        payload["engine"],
        Json(found),
        event.occurred_at,
        event.position,
    )
    yield Change(SPECIFICATIONS, key, CONTENT, order, values)
    for story in found["stories"]:
        yield _story(event, attempt, order, story)


def _story(event: Recorded, attempt: int, order: Order, story: payloads.PlainStory) -> Change:
    values = (
        story["feature"],
        story["role"],
        story["goal"],
        story["benefit"],
        Json(story["operations"]),
        Json(story["criteria"]),
        event.occurred_at,
    )
    return Change(STORIES, (event.envelope["delivery_id"], attempt, story["id"]), CONTENT, order, values)


def specification_discarded_changes(event: Recorded) -> Iterator[Change]:
    """SpecificationDiscarded: the specification is undone."""
    attempt = cast(payloads.Discard, event.payload)["attempt"]
    key = (event.envelope["delivery_id"], attempt)
    yield Change(SPECIFICATIONS, key, SECOND, event.order(attempt, 1), (True,))


def feature_changes(event: Recorded) -> Iterator[Change]:
    """FeatureCreated: a feature."""
    payload = cast(payloads.CreatedFeature, event.payload)
    feature, attempt = payload["feature"], payload["attempt"]
    key, order = (event.envelope["delivery_id"], attempt, feature["id"]), event.order(attempt, 1)
    values = (
        feature["name"],
        feature["summary"],
        Json(feature["entities"]),
        Json(payload["story_ids"]),
        event.occurred_at,
    )
    yield Change(FEATURES, key, CONTENT, order, values)
    yield Change(FEATURES, key, SECOND, order, ("created", event.occurred_at))


def feature_deleted_changes(event: Recorded) -> Iterator[Change]:
    """FeatureDeleted: the feature ends deleted."""
    payload = cast(payloads.DeletedFeature, event.payload)
    attempt = payload["attempt"]
    key = (event.envelope["delivery_id"], attempt, payload["feature_id"])
    yield Change(FEATURES, key, SECOND, event.order(attempt, 2), ("deleted", event.occurred_at))
