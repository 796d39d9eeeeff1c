"""What a rule refuses is told where the person looks, and nothing is kept."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Serve

_START = "2031-03-01T10:00"


def test_given_a_room_when_bookings_break_rules_then_each_refusal_is_told(
    serve: Serve, open_page: OpenPage
) -> None:
    service = serve("room_booking")
    service.create("meeting-rooms", name="Oak", capacity=4)
    watched = open_page(service)
    watched.refusals = [409, 422]
    page = watched.page
    watched.go("#/records/bookings/new")

    page.get_by_role("button", name="Create Booking").click()
    alert = page.locator("form .summary")
    expect(alert).to_contain_text("Please correct this first:")
    expect(page.get_by_label("Meeting room *")).to_be_focused()
    expect(page.get_by_label("Attendees *")).to_have_attribute("aria-invalid", "true")
    watched.audit("form with errors")

    page.get_by_label("Meeting room *").select_option(label="Oak")
    page.get_by_label("Organiser email *").fill("ann@example.org")
    page.get_by_label("Start *").fill(_START)
    page.get_by_label("End *").fill("2031-03-01T09:00")
    page.get_by_label("Attendees *").fill("3")
    page.get_by_role("button", name="Create Booking").click()
    expect(alert).to_contain_text("The end is after the start")
    page.get_by_label("End *").fill("2031-03-01T11:00")
    page.get_by_label("Attendees *").fill("9")
    page.get_by_role("button", name="Create Booking").click()
    expect(alert).to_contain_text("The room is too small")
    assert service.read("/bookings")["total"] == 0

    page.get_by_label("Attendees *").fill("4")
    page.get_by_role("button", name="Create Booking").click()
    expect(page.get_by_role("status")).to_contain_text("is created.")
    booked = service.read("/bookings")["items"]
    assert [(one["start"], one["attendees"]) for one in booked] == [("2031-03-01T10:00:00Z", 4)]

    watched.go("#/records/bookings/new")
    page.get_by_label("Meeting room *").select_option(label="Oak")
    page.get_by_label("Organiser email *").fill("bob@example.org")
    page.get_by_label("Start *").fill("2031-03-01T10:30")
    page.get_by_label("End *").fill("2031-03-01T12:00")
    page.get_by_label("Attendees *").fill("1")
    page.get_by_role("button", name="Create Booking").click()
    expect(alert).to_contain_text("The room is taken")
    assert service.read("/bookings")["total"] == 1

    watched.go("#/records/meeting-rooms/1")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).not_to_be_empty()
    assert service.read("/meeting-rooms")["total"] == 1


def test_given_a_unique_field_when_it_is_taken_then_the_field_says_so(
    serve: Serve, open_page: OpenPage
) -> None:
    service = serve("inventory")
    service.create("products", sku="A1", name="Bolt", unit_price="0.10")
    watched = open_page(service)
    watched.refusals = [409]
    page = watched.page
    watched.go("#/records/products/new")

    page.get_by_label("Sku *").fill("A1")
    page.get_by_label("Name *").fill("Nut")
    page.get_by_label("Unit price *").fill("1.50")
    page.get_by_role("button", name="Create Product").click()

    expect(page.get_by_label("Sku *")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Sku *")).to_be_focused()
    page.get_by_label("Sku *").fill("A2")
    page.get_by_role("button", name="Create Product").click()
    watched.heading("Nut")
    assert service.read("/products/2")["unit_price"] == "1.50"


def test_given_stock_when_more_is_taken_than_there_is_then_the_action_is_refused_and_notices_count(
    serve: Serve, open_page: OpenPage
) -> None:
    service = serve("inventory")
    service.create("products", sku="A1", name="Bolt", unit_price="0.10", quantity_in_stock=6, reorder_level=5)
    watched = open_page(service)
    watched.refusals = [409]
    page = watched.page
    watched.go("#/records/products/1")
    page.get_by_role("link", name="Add Movement").click()
    watched.heading("New Movement")

    page.get_by_label("Kind *").select_option(label="Withdrawal")
    page.get_by_label("Quantity *").fill("7")
    page.get_by_role("button", name="Create Movement").click()
    expect(page.locator("form .summary")).to_contain_text("The stock may not fall below zero")
    page.get_by_label("Quantity *").fill("4")
    page.get_by_role("button", name="Create Movement").click()

    expect(page.get_by_role("status")).to_contain_text("is created.")
    expect(page.locator("#navigation .count")).to_have_text("1")
    page.get_by_role("link", name="Notifications").click()
    watched.heading("Notifications")
    expect(page.locator("tbody tr").first).to_contain_text("Stock is low")
    watched.go("#/reports")
    expect(page.get_by_text("Total: 0.20")).to_be_visible()
