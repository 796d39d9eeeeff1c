"""Each kind of rule, asked of a running service by HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.specifications.conference import conference
from tests.specifications.expenses import expenses
from tests.specifications.fleet import fleet
from tests.specifications.inventory import inventory
from tests.specifications.invoices import invoices
from tests.specifications.library import library
from tests.specifications.room_booking import room_booking
from tests.specifications.tasks import tasks
from tests.specifications.timesheets import timesheets
from tests.unit.streams.agents.backend_developer.conftest import Make, Service

Serve = Callable[[Make], Service]


def test_given_a_life_cycle_when_steps_are_taken_then_only_those_allowed_are_done(serve: Serve) -> None:
    service = serve(tasks)
    task = service.made("/tasks", {"title": "Paint", "priority": "low"})
    path = f"/tasks/{task['id']}"

    assert (
        service.client.post("/tasks", json={"title": "x", "status": "done", "priority": "low"}).status_code
        == 409
    )
    done = service.client.patch(path, json={"status": "done"}).json()
    reopened = service.client.patch(path, json={"status": "open"})

    assert (done["status"], done["done_at"]) == ("done", "2026-03-18T10:00:00Z")
    assert reopened.status_code == 409
    assert service.client.post(f"{path}/finish").json()["detail"] == "A done task stays done"


def test_given_tasks_when_lists_are_asked_then_filters_search_order_and_export_agree(serve: Serve) -> None:
    service = serve(tasks)
    for number, due in enumerate(("2026-03-20", "2026-03-10", None)):
        service.made("/tasks", {"title": f"Über {number}", "priority": "low", "due_date": due})

    assert [one["id"] for one in service.got("/tasks?sort=-due_date")["items"]] == [1, 2, 3]
    assert [one["id"] for one in service.got("/tasks?due_date_from=2026-03-11")["items"]] == [1]
    assert [one["id"] for one in service.got("/tasks/overdue")["items"]] == [2]
    assert service.got("/tasks?q=ÜBER 1")["total"] == 1
    assert service.got("/tasks?limit=1&offset=1")["items"][0]["id"] == 2
    assert service.client.get("/tasks?no_such=1").status_code == 422
    export = service.client.get("/tasks/export.csv")
    assert export.headers["content-type"].startswith("text/csv")
    assert export.text.splitlines()[0].startswith("id,title,description,due_date,status")
    assert len(export.text.splitlines()) == 4


def test_given_a_unique_combination_when_it_is_repeated_then_409_unless_done(serve: Serve) -> None:
    service = serve(tasks)
    project = service.made("/projects", {"name": "A", "code": "A", "owner_email": "a@example.com"})
    body = {"title": "Paint", "priority": "low", "project_id": project["id"]}
    first = service.made("/tasks", body)

    refused = service.client.post("/tasks", json=body)
    service.client.post(f"/tasks/{first['id']}/finish")

    assert refused.json()["detail"] == "The project has this task already"
    assert service.made("/tasks", body)["id"] == 2
    assert service.client.delete(f"/projects/{project['id']}").status_code == 409


def test_given_a_booked_room_when_times_meet_then_409_and_next_to_it_201(serve: Serve) -> None:
    service = serve(room_booking)
    room = service.made("/meeting-rooms", {"name": "Blue", "capacity": 4})

    def booked(start: str, end: str, attendees: int = 2) -> int:
        body = {
            "meeting_room_id": room["id"],
            "organiser_email": "a@example.com",
            "start": f"2026-03-19T{start}:00Z",
            "end": f"2026-03-19T{end}:00Z",
            "attendees": attendees,
        }
        return service.client.post("/bookings", json=body).status_code

    assert booked("10:00", "11:00") == 201
    assert booked("10:59", "12:00") == 409
    assert booked("11:00", "12:00") == 201
    assert booked("13:00", "12:00") == 422
    assert booked("14:00", "15:00", attendees=5) == 422
    service.client.post("/bookings/1/cancel")
    assert booked("10:00", "11:00") == 201
    massage = {"meeting_room_id": 1, "starts_at": "2026-03-19T10:00:00Z", "minutes": 30}
    assert service.client.post("/massages", json=massage).status_code == 201
    assert (
        service.client.post("/massages", json={**massage, "starts_at": "2026-03-19T10:15:00Z"}).status_code
        == 409
    )
    assert (
        service.client.post("/massages", json={**massage, "starts_at": "2026-03-19T10:30:00Z"}).status_code
        == 201
    )


def test_given_two_stage_approval_when_amounts_differ_then_the_fitting_rule_is_done(serve: Serve) -> None:
    service = serve(expenses)
    manager, finance = {"X-Role": "manager"}, {"X-Role": "finance"}

    def submitted(amount: str) -> str:
        body = {
            "employee_email": "a@example.com",
            "amount": amount,
            "category": "travel",
            "date": "2026-03-01",
        }
        path = f"/expenses/{service.made('/expenses', body)['id']}"
        assert service.client.post(f"{path}/submit").json()["status"] == "submitted"
        return path

    small, large = submitted("1000"), submitted("1000.01")
    assert service.client.post(f"{small}/approve", headers=manager).json()["status"] == "approved"
    assert service.client.post(f"{large}/approve", headers=manager).json()["status"] == "awaiting_finance"
    assert service.client.post(f"{large}/approve-finally", headers=manager).status_code == 403
    assert service.client.post(f"{large}/reject", json={}, headers=finance).status_code == 422
    assert service.client.post(f"{large}/reject", json={"comment": "No"}, headers=finance).status_code == 200
    assert service.client.patch(small, json={"amount": "1"}).status_code == 409
    assert service.got("/reports/totals") == {
        "rows": [{"category": "travel", "month": "2026-03", "total": "2000.01"}],
        "total": "2000.01",
    }


def test_given_roles_when_records_are_not_ones_own_then_they_are_hidden(serve: Serve) -> None:
    service = serve(expenses)
    mine = {"X-Role": "employee", "X-User": "a@example.com"}
    other = {"X-Role": "employee", "X-User": "b@example.com"}
    body = {"employee_email": "a@example.com", "amount": 5, "category": "meals", "date": "2026-03-01"}
    service.made("/expenses", body, **mine)

    assert service.client.post("/expenses", json=body, headers=other).status_code == 403
    assert service.client.get("/expenses/1", headers=other).status_code == 404
    assert service.client.get("/expenses", headers=other).json()["total"] == 0
    assert service.client.get("/expenses", headers=mine).json()["total"] == 1
    assert service.client.patch("/expenses/1", json={"amount": 6}, headers=other).status_code == 403
    assert (
        service.client.patch("/expenses/1", json={"no": 6}, headers={"X-Role": "finance"}).status_code == 403
    )
    assert service.client.get("/expenses", headers={"X-Role": "stranger"}).status_code == 403


def test_given_a_required_role_when_none_is_named_then_403(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = serve(expenses)

    monkeypatch.setenv("REQUIRE_ROLE", "1")

    assert service.client.get("/expenses").status_code == 403
    assert service.client.get("/health").status_code == 200


def test_given_invoice_lines_when_they_change_then_totals_are_exact_and_sent_ones_locked(
    serve: Serve,
) -> None:
    service = serve(invoices)
    customer = {"name": "Ann", "email": "ann@example.com", "tax_number": "1"}
    service.made("/customers", customer)
    body = {"customer_id": 1, "issue_date": "2026-03-01", "due_date": "2026-03-15"}
    assert service.made("/invoices", body)["number"] == 1
    assert service.client.post("/invoices/1/send").status_code == 409
    line = {"invoice_id": 1, "text": "Work", "quantity": "3", "unit_price": "0.35", "tax_rate": "19"}

    made = service.made("/invoice-lines", line)
    service.made("/invoice-lines", line)

    assert (made["net"], made["gross"], made["tax"]) == ("1.05", "1.25", "0.20")
    invoice = service.got("/invoices/1")
    assert (invoice["total"], invoice["line_count"], invoice["customer_name"]) == ("2.50", 2, "Ann")
    assert service.client.post("/invoices/1/send").status_code == 200
    assert service.client.post("/invoice-lines", json=line).status_code == 409
    assert service.client.delete("/invoice-lines/1").status_code == 409
    assert [one["id"] for one in service.got("/invoices/overdue")["items"]] == [1]
    assert service.got("/customers/1/revenue") == {
        "rows": [{"name": "Ann", "total": "2.50"}],
        "total": "2.50",
    }
    assert service.client.get("/customers/2/revenue").status_code == 404


def test_given_a_draft_with_lines_when_it_is_deleted_then_the_lines_go_with_it(serve: Serve) -> None:
    service = serve(invoices)
    service.made("/customers", {"name": "Ann", "email": "ann@example.com", "tax_number": "1"})
    service.made("/invoices", {"customer_id": 1, "issue_date": "2026-03-01", "due_date": "2026-03-15"})
    line = {"invoice_id": 1, "text": "Work", "quantity": 1, "unit_price": 1, "tax_rate": 0}
    service.made("/invoice-lines", line)

    assert service.client.delete("/customers/1").status_code == 409
    assert service.client.delete("/invoices/1").status_code == 204

    assert service.got("/invoice-lines")["total"] == 0
    again = service.made(
        "/invoices", {"customer_id": 1, "issue_date": "2026-03-01", "due_date": "2026-03-15"}
    )
    assert again["number"] == 2


def test_given_stock_when_it_moves_then_floor_notice_and_value_hold(serve: Serve) -> None:
    service = serve(inventory)
    service.made("/products", {"sku": "A", "name": "Nut", "unit_price": "0.10", "reorder_level": 2})
    move = {"product_id": 1, "kind": "delivery", "quantity": 5}
    first = service.got("/notifications")["items"]

    service.made("/movements", move)
    service.made("/movements", {**move, "kind": "withdrawal", "quantity": 4})
    refused = service.client.post("/movements", json={**move, "kind": "withdrawal", "quantity": 2})
    service.made("/movements", {**move, "kind": "withdrawal", "quantity": 1})

    assert [(one["rule"], one["entity_id"]) for one in first] == [("low-stock", 1)]
    assert refused.json()["detail"] == "The stock may not fall below zero"
    assert service.got("/products/1")["quantity_in_stock"] == 0
    assert service.got("/products/1")["moves"] == 3
    assert service.got("/notifications")["total"] == 2
    assert service.got("/reports/stock-value")["total"] == "0.00"
    assert service.got("/products/1/moved")["rows"][0] == {"sku": "A", "kind": "delivery", "total": 5}


def test_given_a_van_when_it_is_on_a_trip_then_no_other_starts_and_its_end_sets_the_mileage(
    serve: Serve,
) -> None:
    service = serve(fleet)
    service.made("/vans", {"number_plate": "B-1", "mileage": 100, "next_service_date": "2026-04-01"})
    service.made("/vans", {"number_plate": "B-2", "mileage": 100, "next_service_date": "2026-03-18"})
    trip = {"van_id": 1, "driver": "Ann", "start_odometer": 100}
    service.made("/trips", trip)

    assert service.client.post("/trips", json=trip).status_code == 409
    assert service.client.post("/trips", json={**trip, "van_id": 2}).status_code == 422
    assert service.client.post("/trips/1/end", json={"end_odometer": 100}).status_code == 422
    ended = service.client.post("/trips/1/end", json={"end_odometer": 150}).json()

    assert (ended["kilometres"], ended["ended_at"], ended["status"]) == (50, "2026-03-18T10:00:00Z", "ended")
    assert service.got("/vans/1")["mileage"] == 150
    assert service.got("/vans/1/kilometres")["total"] == 50
    service.set_clock("2026-05-18T10:00:00")
    assert service.got("/vans/1/kilometres")["total"] == 0


def test_given_hours_when_a_day_or_week_is_full_then_409_and_the_budget_warns_once(serve: Serve) -> None:
    service = serve(timesheets)
    service.made("/projects", {"name": "P", "budget_hours": 20})
    entry = {"person_email": "a@example.com", "project_id": 1, "date": "2026-03-16", "hours": "8"}
    service.made("/entries", entry)

    assert service.client.post("/entries", json={**entry, "hours": "4.25"}).status_code == 409
    assert service.client.post("/entries", json={**entry, "hours": "0.1"}).status_code == 422
    service.made("/entries", {**entry, "date": "2026-03-17"})
    service.made("/entries", {**entry, "date": "2026-03-23", "hours": "1.5", "billable": False})

    assert service.got("/notifications")["total"] == 1
    project = service.got("/projects/1")
    assert (project["logged_hours"], project["billable_hours"]) == ("17.5", "16")
    service.made("/week-locks", {"date": "2026-03-22"})
    assert service.client.patch("/entries/1", json={"note": "late"}).status_code == 409
    assert service.client.patch("/entries/3", json={"date": "2026-03-18"}).status_code == 409
    assert service.client.delete("/entries/3").status_code == 204


def test_given_a_quota_when_reservations_expire_then_places_are_free_again(serve: Serve) -> None:
    service = serve(conference)
    service.made("/events", {"title": "E", "date": "2026-06-01T08:00:00Z", "seats": 5})
    service.made("/ticket-types", {"event_id": 1, "name": "Early", "price": "9.90", "quota": 1})
    body = {"ticket_type_id": 1, "email": "a@example.com"}
    first = service.made("/tickets", body)
    assert first["held_until"] == "2026-03-18T10:10:00Z"
    assert service.client.post("/tickets", json=body).json()["detail"] == "The quota is sold out"

    service.set_clock("2026-03-18T10:11:00")
    second = service.made("/tickets", body)

    assert service.got("/tickets/1")["status"] == "expired"
    assert second["code"] != first["code"]
    assert service.client.post("/tickets/2/check-in").status_code == 409
    assert service.client.post("/tickets/2/pay").status_code == 200
    assert service.client.post("/tickets/2/transfer", json={"email": "b@example.com"}).status_code == 200
    assert service.client.post("/tickets/2/transfer", json={"email": "c@example.com"}).status_code == 409
    assert service.client.post("/tickets/2/check-in").status_code == 200
    assert service.client.post("/tickets/2/check-in").status_code == 409


def test_given_copies_when_they_are_lent_and_returned_then_counts_and_due_dates_follow(serve: Serve) -> None:
    service = serve(library)
    service.made("/books", {"title": "T", "author": "A", "isbn": "1", "copies": 1})
    loan = service.made("/loans", {"book_id": 1, "member_email": "a@example.com"})

    assert loan["due_date"] == "2026-04-08"
    assert (
        service.client.post("/loans", json={"book_id": 1, "member_email": "b@example.com"}).status_code == 409
    )
    assert service.got("/books/1")["lent"] == 1
    service.set_clock("2026-04-09T10:00:00")
    assert [one["id"] for one in service.got("/loans/overdue")["items"]] == [1]
    assert service.client.post("/loans/1/return").json()["returned_at"] == "2026-04-09T10:00:00Z"
    assert service.got("/books/1")["copies"] == 1
    urgent = {"loan_id": 1, "urgency": "urgent", "message": "Hello"}
    assert service.made("/requests", urgent)["answer_by"] == "2026-04-09T11:00:00Z"
    assert service.got("/loans/1")["status"] == "lent"
