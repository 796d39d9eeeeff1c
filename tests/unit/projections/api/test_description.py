from __future__ import annotations

import copy
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from projections.api import description


def test_given_the_query_api_when_described_then_it_is_valid_openapi_and_the_file_is_current() -> None:
    document = description.openapi_document()

    OpenAPIV31SpecValidator(document).validate()
    assert "/api/v1/deliveries/{delivery_id}" in document["paths"]  # type: ignore[operator]
    assert description.main(["--check"]) == 0


def test_given_a_parameter_without_a_name_when_checked_then_it_is_refused() -> None:
    document = copy.deepcopy(description.openapi_document())
    document["paths"]["/api/v1/deliveries"]["get"]["parameters"] = [{"in": "query"}]  # type: ignore[index]

    assert not OpenAPIV31SpecValidator(document).is_valid()


def test_given_another_file_when_checked_then_the_check_fails_until_it_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(description, "FILE", tmp_path / "openapi.yaml")

    assert description.main(["--check"]) == 1
    assert description.main([]) == 0
    assert description.main(["--check"]) == 0
