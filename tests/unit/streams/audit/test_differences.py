"""How two events differ."""

from __future__ import annotations

from schemas.events.requirement import AnalysisFailed
from schemas.personal import ERASED
from streams.audit.differences import difference


def failed(reason: str, attempt: int = 1) -> AnalysisFailed:
    return AnalysisFailed(attempt=attempt, reason=reason)


def test_given_a_text_that_is_erased_when_compared_then_it_is_no_difference_but_all_others_are() -> None:
    assert difference(failed("no entity"), failed(ERASED)) == ""
    assert "reason is 'other'" in difference(failed("no entity"), failed("other"))
    assert "attempt is 2" in difference(failed("no entity"), failed(ERASED, attempt=2))


def test_given_a_text_where_nothing_was_said_when_it_is_the_marker_then_it_differs() -> None:
    assert difference(failed(""), failed(ERASED)) != ""
    assert difference(failed(ERASED), failed("no entity")) != ""
