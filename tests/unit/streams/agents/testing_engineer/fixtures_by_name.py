"""All specifications written by hand, by name."""

from __future__ import annotations

from collections.abc import Callable

from schemas.specification import Specification
from tests.specifications.conference import conference
from tests.specifications.expenses import expenses
from tests.specifications.fleet import fleet
from tests.specifications.inventory import inventory
from tests.specifications.invoices import invoices
from tests.specifications.library import library
from tests.specifications.room_booking import room_booking
from tests.specifications.tasks import tasks
from tests.specifications.timesheets import timesheets

FIXTURES: dict[str, Callable[[], Specification]] = {
    written.__name__: written
    for written in (
        conference,
        expenses,
        fleet,
        inventory,
        invoices,
        library,
        room_booking,
        tasks,
        timesheets,
    )
}
