"""Personal data in events, sealed with keys of a real key store."""

from __future__ import annotations

import dataclasses
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connectors.kafka.headers import headers_of
from connectors.kafka.user_events import user_event
from connectors.personal_data.cipher import SubjectCipher, cipher_for
from connectors.personal_data.key_store import SERVICE, KeyStore
from connectors.personal_data.master_key import master_key
from connectors.postgres.roles import ensure_role, service_url
from connectors.resilience.policy import CallPolicy
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.errors import SetupError
from schemas.events.requirement import CancellationRequested, ClarificationAnswered, RequirementSubmitted
from schemas.personal import ERASED
from schemas.specification import Answer
from tests.servers import RealDatabase
from tests.unit.projections.rich_deliveries import rich_deliveries

TEXT = "Alice Quill of Fennimore Lane lends books"


@pytest.fixture
def store(fresh_database: str) -> Iterator[KeyStore]:
    ensure_role(fresh_database, SERVICE)
    found = KeyStore(service_url(fresh_database, SERVICE), CallPolicy(first_wait_seconds=0.1))
    found.create_tables()
    yield found
    found.close()


def cipher_of(store: KeyStore, hold_seconds: float = 60.0) -> SubjectCipher:
    return SubjectCipher(store, b"m" * 32, hold_seconds=hold_seconds)


def submitted(user: str = "Alice Quill") -> Event:
    return user_event(RequirementSubmitted(requirement=TEXT, submitted_by=user), user=user)


def erased_with(store: KeyStore, subject: str) -> None:
    found = store.erase(subject)
    assert found is not None
    store.forget(found[0])


def test_given_every_type_of_event_when_sealed_and_opened_then_it_is_as_before_and_no_text_was_in_it(
    store: KeyStore,
) -> None:
    codec = Codec(cipher=cipher_of(store))
    events = [each.event for each in rich_deliveries(12, seed=7)]

    sealed = [codec.encode(event) for event in events]

    opened = [codec.decode(data) for data in sealed]
    assert [each.payload for each in opened] == [each.payload for each in events]
    assert Codec().decode(sealed[0]).payload != events[0].payload
    for event, data in zip(events, sealed, strict=True):
        for text in _requirement_of(event):
            assert text.encode() not in data


def _requirement_of(event: Event) -> list[str]:
    found = getattr(event.payload, "requirement", "")
    return [found] if len(found) > 8 else []


def test_given_a_subject_that_is_erased_when_read_by_others_then_all_texts_of_its_deliveries_are_the_marker(
    store: KeyStore,
) -> None:
    codec = Codec(cipher=cipher_of(store))
    alice, bob = submitted(), submitted("Bob")
    texts = {"alice": codec.encode(alice), "bob": codec.encode(bob)}

    erased_with(store, "Alice Quill")

    other = Codec(cipher=cipher_of(store))
    assert other.decode(texts["alice"]).payload == RequirementSubmitted(
        requirement=ERASED, submitted_by=ERASED
    )
    assert other.decode(texts["bob"]).payload == bob.payload


def test_given_a_helper_in_anothers_delivery_when_erased_then_only_the_helpers_name_is_gone(
    store: KeyStore,
) -> None:
    codec = Codec(cipher=cipher_of(store))
    alice = submitted()
    codec.encode(alice)
    answered = ClarificationAnswered(
        answers=(Answer(question_id="Q01", text="Two weeks"),), answered_by="Bob"
    )
    data = codec.encode(user_event(answered, user="Bob", delivery_id=alice.envelope.delivery_id))

    erased_with(store, "Bob")

    payload = Codec(cipher=cipher_of(store)).decode(data).payload
    assert payload == dataclasses.replace(answered, answered_by=ERASED)


def test_given_a_user_when_sealed_then_envelope_and_headers_have_a_pseudonym(store: KeyStore) -> None:
    codec = Codec(cipher=cipher_of(store))

    event = codec.disguised(submitted())

    told = b" ".join(value for _, value in headers_of(event.envelope)) + codec.encode(submitted())
    assert b"Quill" not in told
    assert re.fullmatch(r"user:~[0-9a-f-]{36}", event.envelope.actor)
    assert codec.disguised(submitted()).envelope.actor == event.envelope.actor


def test_given_plain_text_of_another_client_when_decoded_then_it_is_as_it_was_and_what_follows_is_plain_too(
    store: KeyStore,
) -> None:
    codec, plain = Codec(cipher=cipher_of(store)), submitted()

    assert codec.decode(Codec().encode(plain)) == plain


def test_given_sealed_text_that_is_copied_into_another_event_when_decoded_then_it_is_not_opened(
    store: KeyStore,
) -> None:
    codec = Codec(cipher=cipher_of(store))
    stolen = Codec().decode(codec.encode(submitted())).payload
    thief = user_event(stolen, user="Mallory")

    payload = codec.decode(Codec().encode(thief)).payload

    assert isinstance(payload, RequirementSubmitted)
    assert payload.requirement.startswith("sealed:1:")


def test_given_an_erased_delivery_that_is_still_at_work_when_it_records_then_no_text_is_written(
    store: KeyStore,
) -> None:
    alice = submitted()
    Codec(cipher=cipher_of(store)).encode(alice)
    erased_with(store, "Alice Quill")
    codec = Codec(cipher=cipher_of(store))

    late = user_event(
        CancellationRequested(reason="Fennimore Lane is closed"),
        user="Bob",
        delivery_id=alice.envelope.delivery_id,
    )

    assert b"Fennimore" not in codec.encode(late)
    assert codec.decode(codec.encode(late)).payload == CancellationRequested(reason=ERASED)


def test_given_a_process_that_holds_a_key_when_its_time_is_over_or_it_is_told_then_it_opens_no_more(
    store: KeyStore,
) -> None:
    holding, brief = cipher_of(store, 3600), cipher_of(store, 0.001)
    data = Codec(cipher=holding).encode(submitted())
    assert Codec(cipher=brief).decode(data).payload == submitted().payload

    erased_with(store, "Alice Quill")

    erased = RequirementSubmitted(requirement=ERASED, submitted_by=ERASED)
    assert Codec(cipher=holding).decode(data).payload == submitted().payload
    assert Codec(cipher=brief).decode(data).payload == erased
    holding.forget()
    assert Codec(cipher=holding).decode(data).payload == erased


def test_given_a_subject_that_was_erased_when_it_comes_again_then_it_has_a_new_key(store: KeyStore) -> None:
    first = cipher_of(store).pseudonym("Alice Quill")
    erased_with(store, "Alice Quill")
    cipher = cipher_of(store)

    assert cipher.pseudonym("Alice Quill") != first
    data = Codec(cipher=cipher).encode(submitted())
    assert Codec(cipher=cipher).decode(data).payload == submitted().payload


def test_given_another_master_key_when_opened_then_the_error_says_so_and_nothing_is_taken_as_erased(
    store: KeyStore,
) -> None:
    data = Codec(cipher=cipher_of(store)).encode(submitted())
    other = SubjectCipher(store, b"x" * 32, hold_seconds=60)

    with pytest.raises(SetupError, match="master key is not the one"):
        Codec(cipher=other).decode(data)


@pytest.mark.timeout(120)
def test_given_keys_that_cannot_be_reached_when_opened_then_it_is_an_error_and_afterwards_it_works(
    own_database: RealDatabase,
) -> None:
    ensure_role(own_database.url, SERVICE)
    url = service_url(own_database.url, SERVICE)
    store = KeyStore(url, CallPolicy(first_wait_seconds=0.1, failures_to_open=50))
    store.create_tables()
    data = Codec(cipher=cipher_of(store)).encode(submitted())
    codec = Codec(cipher=cipher_of(store))
    own_database.stop()

    with pytest.raises(SetupError, match="nothing is taken as erased"):
        codec.decode(data)

    own_database.start()
    assert codec.decode(data).payload == submitted().payload


def test_given_another_services_role_when_it_asks_for_the_keys_then_it_is_refused(
    store: KeyStore, fresh_database: str
) -> None:
    cipher_of(store).pseudonym("Alice Quill")
    ensure_role(fresh_database, "projections")

    with (
        psycopg.connect(service_url(fresh_database, "projections")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM personal_data.subject_keys")


def test_given_no_master_key_when_first_needed_then_a_file_is_made_that_only_its_owner_reads(
    tmp_path: Path,
) -> None:
    config = Settings(home=tmp_path, encrypt_personal=True)

    key = master_key(config)

    (path,) = tmp_path.iterdir()
    assert len(key) == 32
    assert master_key(config) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(SetupError, match="32 bytes"):
        master_key(Settings(home=tmp_path, personal_master_key="c2hvcnQ="))


def test_given_the_default_settings_when_asked_then_nothing_is_sealed() -> None:
    assert cipher_for(Settings()) is None
