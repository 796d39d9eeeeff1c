"""Parameters of queries. An unknown one is refused, so that a typo does not go unseen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from projections.api.answers import OutcomeName, Status

LARGEST_ATTEMPT = 999_999_999


def _in_utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


Time = Annotated[datetime, AfterValidator(_in_utc)]
Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Identity = Annotated[
    str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
]


class QueryParameters(BaseModel):
    """Parameters of every query."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(
        None,
        max_length=300,
        description="Read your writes: answer only when this record, <topic>-<partition>-<offset>, is"
        " projected; 503 if that takes more than 10 seconds",
        examples=["requirement-events-2-17"],
    )


class PartParameters(QueryParameters):
    """Parameters of a part of a delivery."""

    attempt: int | None = Field(
        None, ge=1, le=LARGEST_ATTEMPT, description="Attempt; the latest that has any if left out"
    )


class ListParameters(QueryParameters):
    """Parameters of every list."""

    limit: int = Field(50, ge=1, le=200, description="Items on a page")
    cursor: str | None = Field(
        None, max_length=2_000, description="next_cursor of the page before; all else must stay the same"
    )


class OfDeliveryParameters(ListParameters):
    """Parameters of lists of what belongs to an attempt of a delivery."""

    delivery_id: Identity | None = None
    attempt: int | None = Field(None, ge=0, le=LARGEST_ATTEMPT)


class DeliveryParameters(ListParameters):
    """Which deliveries, and how sorted."""

    status: list[Status] | None = Field(None, description="Any of these")
    outcome: list[OutcomeName] | None = Field(None, description="Any of these")
    created_from: Time | None = Field(None, description="Inclusive; UTC where no zone is given")
    created_to: Time | None = Field(None, description="Inclusive")
    q: Text | None = Field(None, description="Text in the requirement, name or summary; case does not matter")
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"] = "-created_at"


class TimelineFilters(ListParameters):
    """Which events, and how sorted."""

    attempt: int | None = Field(None, ge=0, le=LARGEST_ATTEMPT)
    event_type: list[Text] | None = Field(None, description="Any of these")
    actor: Text | None = Field(None, description="Service with its version, or user:<name>")
    topic: Text | None = None
    occurred_from: Time | None = Field(None, description="Inclusive")
    occurred_to: Time | None = Field(None, description="Inclusive")
    sort: Literal["occurred_at", "-occurred_at"] = "occurred_at"


class TimelineParameters(TimelineFilters):
    """Which events of which delivery."""

    delivery_id: Identity | None = None


class FeatureParameters(OfDeliveryParameters):
    """Which features."""

    status: Literal["created", "deleted"] | None = None
    q: Text | None = Field(None, description="Text in name or summary")
    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"


class StoryParameters(OfDeliveryParameters):
    """Which stories."""

    feature_id: Text | None = None
    role: Text | None = None
    result: Literal["untested", "passed", "failed"] | None = None
    q: Text | None = Field(None, description="Text in goal or benefit")
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"


class AttemptParameters(OfDeliveryParameters):
    """Which things with a time, and how sorted."""

    occurred_from: Time | None = Field(None, description="Inclusive")
    occurred_to: Time | None = Field(None, description="Inclusive")
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"


class SpecificationParameters(AttemptParameters):
    """Which specifications."""

    discarded: bool | None = None
    q: Text | None = Field(None, description="Text in the name")


class TestReportParameters(AttemptParameters):
    """Which test reports."""

    __test__ = False

    outcome: Literal["passed", "failed"] | None = None
    discarded: bool | None = None
    line_coverage_from: float | None = Field(None, ge=0, le=1)
    line_coverage_to: float | None = Field(None, ge=0, le=1)


class BuildParameters(AttemptParameters):
    """Which builds."""

    outcome: Literal["completed", "failed"] | None = None
    discarded: bool | None = None
    package: Text | None = None


class OutcomeParameters(AttemptParameters):
    """Which outcomes."""

    outcome: list[OutcomeName] | None = Field(None, description="Any of these")
    failed_step: Text | None = None
    cause: Text | None = None
