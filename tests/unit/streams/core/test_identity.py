from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from streams.core.identity import event_id

# Ids that stand in logs must never change.
NAMESPACE = UUID("6c1b5e0a-6a0e-5d0c-9a51-0b0f7a0d9c11")


@given(st.uuids(), st.sampled_from(("delivery-saga", "deployment")), st.integers(0, 100))
def test_given_a_cause_when_an_id_is_made_then_it_is_the_uuid5_of_cause_service_and_ordinal(
    cause: UUID, service: str, ordinal: int
) -> None:
    expected = uuid5(NAMESPACE, f"{cause}|{service}|{ordinal}")

    assert event_id(str(cause), service, ordinal) == str(expected)
