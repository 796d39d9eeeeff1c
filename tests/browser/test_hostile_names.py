"""Names, choices and values full of markup are shown as they are written, and nothing of them runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from schemas.specification import Specification
from tests.browser.conftest import OpenPage
from tests.browser.running_service import start
from tests.specifications.tasks import tasks

_HOSTILE = "<img src=x onerror=document.title='run'><script>document.title='run'</script> \"'{{ 7*7 }}${7*7}"


def _hostile() -> Specification:
    written = tasks()
    entities = tuple(
        replace(
            entity,
            label=_HOSTILE,
            description=_HOSTILE,
            fields=tuple(replace(field, label=f"{field.name} {_HOSTILE}") for field in entity.fields),
        )
        for entity in written.entities
    )
    listings = tuple(replace(listing, label=_HOSTILE) for listing in written.listings)
    actions = tuple(replace(action, label=f"{action.name} {_HOSTILE}") for action in written.actions)
    return replace(
        written, name=_HOSTILE, summary=_HOSTILE, entities=entities, listings=listings, actions=actions
    )


def test_given_names_and_values_full_of_markup_when_views_are_opened_then_they_are_text(
    tmp_path: Path, open_page: OpenPage
) -> None:
    service = start(_hostile(), tmp_path)
    try:
        service.create("tasks", title=_HOSTILE[:120], description=_HOSTILE, priority="low", labels=[_HOSTILE])
        watched = open_page(service)
        page = watched.page
        views = (
            "#/",
            "#/records/tasks",
            "#/records/tasks/1",
            "#/records/tasks/1/edit",
            "#/records/tasks/new",
        )
        for fragment in (*views, "#/listings/tasks/due-soon"):
            watched.go(fragment)
            expect(page.locator("main img, main script")).to_have_count(0)
            assert page.title() != "run"
        watched.go("#/records/tasks/1")
        expect(page.get_by_role("heading", level=1)).to_have_text(_HOSTILE[:120])
        page.get_by_role("button", name="start <img").click()
        expect(page.get_by_role("status")).to_contain_text(f"start {_HOSTILE}: done.")
        assert service.read("/tasks/1")["status"] == "in_progress"
    finally:
        service.stop()
