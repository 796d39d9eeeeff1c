"""All specifications written by hand, by name."""

from __future__ import annotations

from tests.specifications import ALL

FIXTURES = {written.__name__: written for written in ALL}
