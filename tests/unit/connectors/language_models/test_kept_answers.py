"""Answers and spending, kept in files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from connectors.language_models.asking import Question, Reply, Turn
from connectors.language_models.kept_answers import KeptAnswers, Spent, digest_of

ONE, OTHER = str(UUID(int=1)), str(UUID(int=2))
REPLY = Reply(text='{"a": "ü"}', input_tokens=3, output_tokens=4, is_whole=False)


def question(text: str = "Books", instructions: str = "Read") -> Question:
    turns = (Turn(role="user", text=text),)
    return Question(
        instructions=instructions, turns=turns, name="a", json_schema={"x": 1}, most_output_tokens=5
    )


def test_given_an_answer_when_kept_then_every_delivery_finds_it(tmp_path: Path) -> None:
    kept = KeptAnswers(tmp_path)
    kept.keep(ONE, "digest", REPLY)

    assert kept.find(OTHER, "digest") == REPLY
    assert kept.find(OTHER, "another") is None


def test_given_personal_answers_when_a_delivery_is_forgotten_then_only_its_own_are_gone(
    tmp_path: Path,
) -> None:
    kept = KeptAnswers(tmp_path, is_personal=True)
    kept.keep(ONE, "digest", REPLY)
    kept.keep(OTHER, "digest", REPLY)
    kept.forget(ONE)

    assert kept.find(ONE, "digest") is None
    assert kept.find(OTHER, "digest") == REPLY


@pytest.mark.parametrize("content", ["", "{", "[]", '{"text": "a"}'])
def test_given_a_file_that_is_no_answer_when_looked_for_then_there_is_none(
    content: str, tmp_path: Path
) -> None:
    kept = KeptAnswers(tmp_path)
    kept.keep(ONE, "digest", REPLY)
    (file,) = (tmp_path / "answers").iterdir()
    file.write_text(content)

    assert kept.find(ONE, "digest") is None


def test_given_calls_when_summed_then_each_counts_and_a_cut_line_does_not(tmp_path: Path) -> None:
    kept = KeptAnswers(tmp_path)
    kept.spend(ONE, Spent(10, Decimal("0.1")))
    kept.spend(ONE, Spent(5, Decimal("0.2")))
    with (tmp_path / "deliveries" / ONE / "spent.jsonl").open("a") as file:
        file.write('{"tokens": 7')

    assert kept.spent(ONE) == Spent(15, Decimal("0.3"))
    assert kept.spent(OTHER) == Spent()


def test_given_an_id_that_is_a_path_when_kept_then_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="UUID"):
        KeptAnswers(tmp_path).spend("../../outside", Spent(1))


def test_given_questions_when_compared_then_any_difference_is_another_digest() -> None:
    digests = {
        digest_of("openai", "m", "", question()),
        digest_of("anthropic", "m", "", question()),
        digest_of("openai", "n", "", question()),
        digest_of("openai", "m", "http://x", question()),
        digest_of("openai", "m", "", question("Rooms")),
        digest_of("openai", "m", "", question(instructions="Write")),
    }

    assert len(digests) == 6
    assert digest_of("openai", "m", "", question()) in digests
