"""How many copies a topic gets."""

from __future__ import annotations

import pytest

from connectors.kafka.topics import copies_of


@pytest.mark.parametrize(
    ("brokers", "wanted", "copies"), [(1, 0, -1), (2, 0, -1), (3, 0, 3), (9, 0, 3), (3, 2, 2), (9, -1, -1)]
)
def test_given_a_cluster_when_topics_are_made_then_copies_follow_the_wish_or_the_size(
    brokers: int, wanted: int, copies: int
) -> None:
    assert copies_of(brokers, wanted) == copies
