"""A database is used with the broker that its positions are of, and with no other."""

from __future__ import annotations

import psycopg
import pytest

from connectors.settings import Settings
from deploy.local.belonging import check_belonging
from deploy.local.prepare import prepare
from schemas.errors import SetupError


def test_given_the_same_broker_when_prepared_again_then_all_is_well(prepared: Settings) -> None:
    prepare(prepared)


def test_given_a_database_of_another_cluster_when_prepared_then_it_is_refused(prepared: Settings) -> None:
    with psycopg.connect(prepared.database_url) as connection:
        connection.execute("UPDATE streamwright.cluster SET id = 'another'")

    with pytest.raises(SetupError, match="positions in the log of another cluster"):
        prepare(prepared)


def test_given_a_database_that_does_not_answer_when_checked_then_it_is_said(kafka_brokers: str) -> None:
    with pytest.raises(SetupError, match="streamwright doctor"):
        check_belonging(kafka_brokers, "host=127.0.0.1 port=1 user=nobody dbname=none")
