"""What is taken out of texts before they are recorded."""

from __future__ import annotations

import pytest

from connectors.language_models.redaction import REDACTED, without_secrets


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefghijklmnop",
        "sk-ant-api03-abcdefgh_ijklmnop",
        "ghp_abcdefghijklmnopqrstuvwxyz012345",
        "github_pat_11ABCDEFG0abcdefghijklmnop",
        "AKIAABCDEFGHIJKLMNOP",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_given_what_looks_like_a_key_when_redacted_then_it_is_gone_and_the_rest_stands(secret: str) -> None:
    assert without_secrets(f"before {secret} after") == f"before {REDACTED} after"


def test_given_passwords_in_urls_and_headers_when_redacted_then_they_are_gone() -> None:
    told = without_secrets("postgres://ada:secret@host/db and Authorization: Bearer abcdefghijklmnop")

    assert told == f"postgres://{REDACTED}@host/db and Authorization: Bearer {REDACTED}"


def test_given_a_known_secret_when_redacted_then_it_is_gone_wherever_it_stands() -> None:
    assert without_secrets("xunusual-keyx", ["unusual-key", ""]) == f"x{REDACTED}x"


def test_given_a_requirement_when_redacted_then_it_stays_as_it_is() -> None:
    text = "A member has an e-mail such as ada@example.org; see https://example.org/books?sort=title"

    assert without_secrets(text) == text


def test_given_half_a_character_when_redacted_then_an_event_can_hold_it() -> None:
    assert without_secrets("a\ud800b").encode() == b"a?b"
