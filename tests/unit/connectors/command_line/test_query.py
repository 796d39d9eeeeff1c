"""What a query asks the API for."""

from __future__ import annotations

import pytest

from connectors.command_line.commands.query import Model, parameters_of, path_of
from schemas.errors import BadInputError


@pytest.mark.parametrize(
    ("model", "delivery", "path"),
    [
        (Model.DELIVERIES, None, "deliveries"),
        (Model.DELIVERY, "d1", "deliveries/d1"),
        (Model.STORIES, None, "stories"),
        (Model.STORIES, "d1", "deliveries/d1/stories"),
        (Model.TEST_REPORT, "d1", "deliveries/d1/test-report"),
    ],
)
def test_given_a_model_when_asked_for_then_its_path_is_the_apis(
    model: Model, delivery: str | None, path: str
) -> None:
    assert path_of(model, delivery) == path


@pytest.mark.parametrize(("model", "delivery"), [(Model.DELIVERY, None), (Model.DELIVERIES, "d1")])
def test_given_a_delivery_too_few_or_too_many_when_asked_then_the_error_says_so(
    model: Model, delivery: str | None
) -> None:
    with pytest.raises(BadInputError, match="Use: streamwright query"):
        path_of(model, delivery)


def test_given_a_name_twice_when_read_then_both_values_are_asked_for() -> None:
    found = parameters_of(["status=failed", "status=running", "q=a=b"], "t-0-1")

    assert found == {"status": ["failed", "running"], "q": ["a=b"], "after": ["t-0-1"]}


def test_given_a_parameter_without_a_value_when_read_then_the_error_names_it() -> None:
    with pytest.raises(BadInputError, match="'status'"):
        parameters_of(["status"], None)
