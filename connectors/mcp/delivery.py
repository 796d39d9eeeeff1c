"""A delivery with all its parts, put together from the query API's answers."""

from __future__ import annotations

from connectors.mcp.system import System, path_of

_PARTS = ("features", "stories", "builds")
_LISTS = {"test_reports": "test-reports", "outcomes": "outcomes"}


def delivery_with_parts(system: System, delivery_id: str, after: str = "") -> dict[str, object]:
    """Detail of the delivery, with features, stories and builds of its latest attempt and the test
    reports and outcomes of all.

    Args:
        after: answer only when the event at this position is projected; '' at once.
    """
    detail = system.ask(path_of(delivery_id), {"after": [after]} if after else {})
    parts = {part: system.ask(path_of(delivery_id, part))["items"] for part in _PARTS}
    lists = {name: system.ask(path, {"delivery_id": [delivery_id]})["items"] for name, path in _LISTS.items()}
    return {**detail, **parts, **lists}


def has_come_to_rest(detail: dict[str, object]) -> bool:
    """Whether the delivery goes on no further by itself."""
    return detail.get("outcome") is not None
