"""Statements of the requirement that cannot both hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from schemas.specification import Question
from streams.agents.business_analyzer import field_statements, words
from streams.agents.business_analyzer.clauses import Clause, clauses
from streams.agents.business_analyzer.declarations import objects, subject_words
from streams.agents.business_analyzer.draft import Draft, EntityDraft
from streams.agents.business_analyzer.field_statements import Statement
from streams.agents.business_analyzer.phrases import noun_phrases

REASON = "The requirement says both"
_OPPOSITE = ({"required", "optional"}, {"unique", "shared"})
_LOW = re.compile(
    r"\b(?:at least|minimum of|no fewer than|no less than|more than|not less than) (\d+(?:\.\d+)?)"
)
_HIGH = re.compile(
    r"\b(?:at most|maximum of|no more than|up to|not more than|fewer than|less than|cannot exceed|must"
    r" not exceed) (\d+(?:\.\d+)?)"
)


def questions(draft: Draft) -> tuple[Question, ...]:
    """One question for each pair of statements that contradict each other."""
    found: dict[str, Question] = {}
    for question in (*_of_fields(draft), *_of_numbers(draft), *_of_deeds(draft)):
        found.setdefault(question.about, question)
    return tuple(found.values())


def _question(text: str, first: str, second: str) -> Question:
    return Question(
        id="",
        text=text,
        about=f"{first} / {second}"[:300],
        reason=f"{REASON} '{first}' and '{second}'; both cannot hold.",
        suggestions=(first, second),
    )


def _of_fields(draft: Draft) -> Iterator[Question]:
    """Required and optional, unique and shared."""
    by_field: dict[tuple[str, str], list[Statement]] = {}
    for statement in field_statements.statements(draft):
        by_field.setdefault((statement.entity.name, statement.field), []).append(statement)
    for said in by_field.values():
        for first, second in combinations(said, 2):
            if (
                {first.kind, second.kind} in _OPPOSITE
                and not _conditional(first)
                and not _conditional(second)
            ):
                label = (
                    first.entity.fields[first.field].label.lower()
                    if first.field in first.entity.fields
                    else first.field
                )
                yield _question(
                    f"Is the {label} of {_article(first.entity.label)} {_choice(first.kind)}, or"
                    f" {_choice(second.kind)}?",
                    first.sentence,
                    second.sentence,
                )


def _article(label: str) -> str:
    return f"{'an' if label[:1].lower() in 'aeiou' else 'a'} {label.lower()}"


def _choice(kind: str) -> str:
    return {
        "required": "required",
        "optional": "optional (a record may be without it)",
        "unique": "unique",
        "shared": "allowed to repeat",
    }[kind]


def _conditional(statement: Statement) -> bool:
    return bool(
        re.search(
            r"\b(?:if|when|unless|until|(?<!than )once|except|only for|for (?:private|business|new))\b",
            statement.sentence.lower(),
        )
    )


def _of_numbers(draft: Draft) -> Iterator[Question]:
    """'at most 20 participants' and 'at least 30 participants'."""
    said: list[tuple[str, str, float, str]] = []
    for sentence in draft.document.sentences:
        low = sentence.low
        for side, pattern in (("low", _LOW), ("high", _HIGH)):
            for match in pattern.finditer(low):
                topic = _measured(draft, low, low[match.end() :])
                if topic:
                    said.append((topic, side, float(match[1]), sentence.text))
    for first, second in combinations(said, 2):
        if first[0] != second[0] or first[1] == second[1]:
            continue
        lowest, highest = (first, second) if first[1] == "low" else (second, first)
        if lowest[2] > highest[2]:
            what = first[0].replace(":", " and ")
            yield _question(
                f"How many may it be for {what}: at least {_number(lowest[2])}, or at most"
                f" {_number(highest[2])}?",
                first[3],
                second[3],
            )


def _number(value: float) -> str:
    return f"{value:g}"


def _measured(draft: Draft, sentence: str, after: str) -> str:
    """What the number counts, with the entity it is counted for; '' where that is not clear."""
    noun = re.match(r"\s*([a-z][a-z\-]+)", after)
    if re.match(r"\s*(?:[a-z]+ )?per\b", after) or re.search(r"\b(?:if|when|unless)\b", sentence):
        return ""
    entity = next(
        (e for e in draft.entities if re.search(rf"\b{re.escape(' '.join(e.words))}", sentence)), None
    )
    subject = entity.label.lower() if entity is not None else ""
    if noun:
        return f"{subject}:{words.singular(noun[1])}" if subject else ""
    named = next((c for c in clauses(sentence) if c.subject), None)
    phrases = noun_phrases(named.subject) if named else []
    return f"{subject}:{phrases[0].text}" if phrases and subject else ""


def _of_deeds(draft: Draft) -> Iterator[Question]:
    """'contracts can never be deleted' and 'administrators can delete contracts'."""
    refused: list[tuple[str, str, str]] = []
    allowed: list[tuple[str, str, str]] = []
    for sentence in draft.document.sentences:
        for clause in clauses(sentence.text):
            if clause.modal not in ("can", "cannot", "may", "must", "can't", "should") or clause.lead in (
                "if",
                "when",
                "unless",
            ):
                continue
            for entity, verb in _deeds(draft, clause):
                absolute = _absolute(sentence.low, clause)
                if clause.negative or "never" in clause.adverbs or re.search(r"\bnever\b", sentence.low):
                    if absolute:
                        refused.append((entity.name, verb, sentence.text))
                elif clause.modal in ("can", "may", "must", "should"):
                    allowed.append((entity.name, verb, sentence.text))
    for name, verb, text in refused:
        for other_name, other_verb, other in allowed:
            if (name, verb) == (other_name, other_verb) and text != other:
                label = next((e.label for e in draft.entities if e.name == name), name)
                yield _question(f"May {_article(label)} be {words.participle(verb)}, or never?", text, other)


def _absolute(sentence: str, clause: Clause) -> bool:
    """Without a condition or a state before the noun: refused always and to all."""
    if re.search(
        r"\b(?:if|when|unless|until|while|once|after|before|except|only|without|by|again|twice|more than"
        r"|other|others|with|in the|that|whose|who|which)\b",
        sentence,
    ):
        return False
    tokens = clause.subject if clause.passive else clause.rest
    return not any(token.tag in ("ADJ", "VBN", "V", "POSS") for token in tokens)


def _deeds(draft: Draft, clause: Clause) -> Iterator[tuple[EntityDraft, str]]:
    phrases = noun_phrases(clause.subject) if clause.passive else objects(clause)
    for phrase in phrases:
        if phrase.determiner in ("no", "nobody"):
            continue
        words_of = subject_words(phrase)
        entity = draft.resolve(words_of)
        if entity is not None and len(phrase.words) == len(entity.words):
            for verb in clause.verbs:
                if verb in (
                    "delete",
                    "remove",
                    "cancel",
                    "change",
                    "edit",
                    "update",
                    "modify",
                    "archive",
                    "transfer",
                    "refund",
                ):
                    yield (
                        entity,
                        {"remove": "delete", "edit": "change", "update": "change", "modify": "change"}.get(
                            verb, verb
                        ),
                    )
