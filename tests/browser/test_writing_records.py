"""A person keeps tasks: writes, finds, changes and deletes records, and takes actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Serve
from tests.browser.running_service import RunningService
from tests.browser.watched_page import WatchedPage


@pytest.fixture
def tasks(serve: Serve) -> RunningService:
    """The task list, with one project."""
    service = serve("tasks")
    service.create("projects", name="Garden", code="G1", owner_email="ann@example.org")
    return service


@pytest.fixture
def watched(tasks: RunningService, open_page: OpenPage) -> Iterator[WatchedPage]:
    """Its page."""
    yield open_page(tasks)


def _tab_to(page: Page, name: str) -> None:
    """Presses Tab until the control of this name has the focus."""
    control = page.get_by_label(name, exact=True).or_(page.get_by_role("link", name=name, exact=True))
    control = control.or_(page.get_by_role("button", name=name, exact=True)).first
    for _ in range(60):
        if control.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


def _first_column(page: Page) -> list[str]:
    return page.locator("tbody th").all_inner_texts()


def test_given_a_keyboard_alone_when_a_record_is_written_then_it_is_kept_and_told(
    tasks: RunningService, watched: WatchedPage
) -> None:
    page = watched.page

    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    _tab_to(page, "Tasks")
    page.keyboard.press("Enter")
    watched.heading("Tasks")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    _tab_to(page, "New Task")
    page.keyboard.press("Enter")
    watched.heading("New Task")
    _tab_to(page, "Title *")
    page.keyboard.type("Water the roses")
    _tab_to(page, "Points")
    page.keyboard.type("5")
    _tab_to(page, "Private")
    page.keyboard.press("Space")
    _tab_to(page, "Project")
    page.keyboard.type("Gard")
    _tab_to(page, "Create Task")
    page.keyboard.press("Enter")

    watched.heading("Water the roses")
    expect(page.get_by_role("status")).to_contain_text("Task “Water the roses” is created.")
    kept = tasks.read("/tasks/1")
    assert (kept["title"], kept["points"], kept["private"], kept["project_id"]) == (
        "Water the roses",
        5,
        True,
        1,
    )


def test_given_a_record_when_it_is_changed_acted_on_and_deleted_then_the_service_follows(
    tasks: RunningService, watched: WatchedPage
) -> None:
    page = watched.page
    tasks.create("tasks", title="Mow", priority="normal", description="Front", labels=["a"], channels=["web"])

    watched.go("#/records/tasks")
    page.get_by_role("link", name="Mow").click()
    watched.heading("Mow")
    page.get_by_role("link", name="Edit").click()
    watched.heading("Edit Mow")
    page.get_by_label("Title *").fill("Mow the lawn")
    page.get_by_label("Description").fill("")
    page.get_by_label("Labels").fill("green\noutdoor")
    page.get_by_label("Mail").check()
    page.get_by_label("Due date").fill("2031-05-06")
    page.get_by_role("button", name="Save").click()
    watched.heading("Mow the lawn")
    kept = tasks.read("/tasks/1")
    assert (kept["title"], kept["description"], kept["labels"]) == (
        "Mow the lawn",
        None,
        ["green", "outdoor"],
    )
    assert (kept["channels"], kept["due_date"], kept["priority"]) == (["web", "mail"], "2031-05-06", "normal")

    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("status")).to_contain_text("Start: done.")
    expect(page.locator(".head .badge")).to_have_text("In progress")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".head .badge")).to_have_text("Done")
    expect(page.get_by_role("button", name="Finish")).to_have_count(0)

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    watched.audit("dialog")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert tasks.read("/tasks")["total"] == 1
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    watched.heading("Tasks")
    expect(page.get_by_role("status")).to_contain_text("is deleted.")
    assert tasks.read("/tasks")["total"] == 0


def test_given_many_records_when_they_are_searched_filtered_sorted_and_paged_then_the_list_follows(
    tasks: RunningService, watched: WatchedPage, tmp_path: Path
) -> None:
    page = watched.page
    for number in range(30):
        priority = "high" if number < 2 else "low"
        tasks.create(
            "tasks", title=f"Task {number:02d}", priority=priority, due_date=f"2031-01-{number + 1:02d}"
        )

    watched.go("#/records/tasks")
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("26 to 30 of 30")
    page.get_by_role("button", name="Title").click()
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_role("button", name="Title").click()
    expect(page.locator("tbody th").first).to_have_text("Task 29")
    expect(page.locator("thead th").first).to_have_attribute("aria-sort", "descending")

    page.get_by_label("Priority").select_option(label="High")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert _first_column(page) == ["Task 01", "Task 00"]
    page.get_by_label("Due date from").fill("2031-01-02")
    expect(page.locator("tbody tr")).to_have_count(1)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Export as CSV").click()
    fetched.value.save_as(tmp_path / "tasks.csv")
    rows = (tmp_path / "tasks.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "title" in rows[0]
    assert [row for row in rows[1:] if "Task" in row] == rows[1:2]
    assert "Task 01" in rows[1]

    page.get_by_role("button", name="Clear").click()
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_label("Search").fill("task 07")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("1 record found.")
    # The address holds what was asked, so that it can be opened again.
    watched.open(page.evaluate("location.hash"))
    assert _first_column(page) == ["Task 07"]
