"""Every view of every service: opens without an error, is accessible, fits a narrow screen."""

from __future__ import annotations

import pytest

from schemas.specification import Specification
from tests.browser.conftest import OpenPage, Serve
from tests.browser.sample_records import fill
from tests.specifications import ALL

_REQUIREMENTS = ("shared-06", "shared-08", "shared-11")
_NAMES = (*(written.__name__ for written in ALL), *_REQUIREMENTS)
_NARROW = {"width": 360, "height": 740}


def _views(specification: Specification, numbers: dict[str, list[int]]) -> dict[str, str]:
    """Fragments of the address, each with the heading of its view, '' where it is a record's own."""
    views = {"#/": specification.name}
    for entity in specification.entities:
        base, first = f"#/records/{entity.plural}", numbers[entity.plural][0]
        views |= {
            base: "",
            f"{base}/new": f"New {entity.label}",
            f"{base}/{first}": "",
            f"{base}/{first}/edit": "",
        }
    for listing in specification.listings:
        plural = specification.entity(listing.entity).plural
        views[f"#/listings/{plural}/{listing.name}"] = listing.label
    if specification.reports:
        views["#/reports"] = "Reports"
    if specification.notices:
        views["#/notifications"] = "Notifications"
    return views


@pytest.mark.parametrize("name", _NAMES)
def test_given_records_when_every_view_is_opened_then_it_works_is_accessible_and_narrow(
    name: str, serve: Serve, open_page: OpenPage
) -> None:
    service = serve(name)
    views = _views(service.specification, fill(service))
    watched = open_page(service)

    for fragment, heading in views.items():
        watched.go(fragment)
        title = watched.page.get_by_role("heading", level=1).inner_text()
        assert title not in ("Not found", "Not allowed", "That did not work"), fragment
        assert not heading or title == heading
        # The form of a change is that of a new record; two services show the dark colours of all kinds.
        if not fragment.endswith("/edit") or name == "tasks":
            watched.audit(f"{name} {fragment}", dark=name in ("tasks", "inventory"))
    watched.page.set_viewport_size(_NARROW)  # type: ignore[arg-type]
    for fragment in views:
        watched.go(fragment)
        watched.no_sideways_scroll(f"{name} {fragment}")


def test_given_no_records_when_every_list_is_opened_then_it_says_so_accessibly(
    serve: Serve, open_page: OpenPage
) -> None:
    service = serve("invoices")
    watched = open_page(service)

    for entity in service.specification.entities:
        watched.go(f"#/records/{entity.plural}")
        assert watched.page.get_by_text("None found.").is_visible()
        watched.audit(f"empty {entity.plural}")


def test_given_the_page_when_addresses_lead_nowhere_then_it_says_so(
    serve: Serve, open_page: OpenPage
) -> None:
    watched = open_page(serve("library"))
    watched.refusals = [404]

    for fragment in (
        "#/records/nothing",
        "#/records/books/99",
        "#/records/books/x",
        "#/listings/loans/none",
        "#/x",
    ):
        watched.go(fragment)
        watched.heading("Not found")
    watched.audit("not found")
