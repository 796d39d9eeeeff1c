"""Who acts is told by the page's header; what a role may not do is not offered."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Serve
from tests.browser.running_service import RunningService


def _expense(service: RunningService, employee: str, amount: str) -> None:
    service.create("expenses", employee_email=employee, amount=amount, category="travel", date="2030-01-02")


def _act_as(page: Page, role: str, user: str = "") -> None:
    page.get_by_role("combobox", name="Role").select_option(label=role)
    page.get_by_role("textbox", name="User").fill(user)
    page.get_by_role("textbox", name="User").blur()


def test_given_roles_when_people_take_turns_then_each_sees_and_does_what_is_theirs(
    serve: Serve, open_page: OpenPage
) -> None:
    service = serve("expenses")
    _expense(service, "ann@example.org", "1500.50")
    _expense(service, "bob@example.org", "20")
    watched = open_page(service)
    page = watched.page
    watched.go("#/records/expenses")
    expect(page.locator("tbody tr")).to_have_count(2)

    _act_as(page, "Employee", "ann@example.org")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody th a").click()
    watched.heading("ann@example.org")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".head .badge")).to_have_text("Submitted")

    _act_as(page, "Manager", "max@example.org")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    page.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Please correct this first:")
    expect(dialog.get_by_label("Comment *")).to_be_focused()
    watched.audit("dialog of an action")
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Approve").click()
    dialog.get_by_label("Comment").fill("Fine with me")
    dialog.get_by_role("button", name="Approve").click()
    expect(page.locator(".head .badge")).to_have_text("Awaiting finance")
    expect(page.get_by_role("button", name="Approve finally")).to_have_count(0)

    _act_as(page, "Finance")
    page.get_by_role("button", name="Approve finally").click()
    dialog.get_by_role("button", name="Approve finally").click()
    expect(page.locator(".head .badge")).to_have_text("Approved")
    kept = service.read("/expenses/1")
    assert (kept["status"], kept["comment"]) == ("approved", "Fine with me")

    # The acting person stays while the tab is open.
    watched.open("#/records/expenses")
    expect(page.get_by_role("combobox", name="Role")).to_have_value("finance")
    expect(page.get_by_role("link", name="New Expense")).to_have_count(0)
