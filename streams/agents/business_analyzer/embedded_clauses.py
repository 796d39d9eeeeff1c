"""Clauses in lists of data, restated as names: 'who added it', 'how many we need', 'whether it renews'."""

from __future__ import annotations

import re
from collections.abc import Callable

from streams.agents.business_analyzer import words

_Change = str | Callable[[re.Match[str]], str]
# A clause of a list stands after these, and ends before the next item.
_START = r"(?:(?<=, )|(?<=\band )|(?<=\bor )|(?<=\bhas )|(?<=\bhave )|(?<=\bwith )|(?<=: ))"
_END = (
    r"(?=\s*(?:$|[,.;()])|,? (?:and|or|plus) (?:an?|the|its|their|his|her|whether|who|when|where|how|what"
    r"|which|optionally|any|one|some)\b| and [\w\- ]{3,40}$"
    r"| (?:is|are|must|should|has to|have to)\b)"
)
_IT = r"(?:it|they|them|he|she|we|you|this|that|the [\w\-]+)"
_BE = r"(?:is|are|was|were|has been|have been|had been|gets?|got|will be)"
_MOMENTS = {"start": "start", "begin": "start", "end": "end", "finish": "end", "stop": "end"}


_HOW = {
    "urgent": "urgency", "severe": "severity", "old": "age", "big": "size", "large": "size", "long": "length",
    "heavy": "weight", "important": "importance", "difficult": "difficulty", "likely": "probability",
    "far": "distance", "deep": "depth", "high": "height", "wide": "width",
}  # fmt: skip


def _done_by(match: re.Match[str]) -> str:
    lemma = words.verb_lemma(match["verb"].lower())
    return f"{words.participle(lemma)} by" if lemma else match[0]


def _moment(match: re.Match[str]) -> str:
    verb = match["verb"].lower()
    if verb == "due":
        return "due date"
    lemma = words.verb_lemma(verb)
    if not lemma:
        return match[0]
    return _MOMENTS.get(lemma) or f"{words.participle(lemma)} on"


def _number(match: re.Match[str]) -> str:
    counted = (match["counted"] or "").strip()
    return f"number of {counted}" if words.is_plural(counted.split()[-1] if counted else "") else "quantity"


def _flag(match: re.Match[str]) -> str:
    verb, rest = match["verb"].lower(), match["rest"].strip()
    rest = re.sub(r"^(?:an?|the|any|still|already|currently)\s+", "", rest)
    if verb in ("has", "have") and not words.is_participle(rest.split()[0] if rest else ""):
        return f"has-{'-'.join(rest.split()[:3])} (boolean)"
    if verb in ("has", "have") and not rest.startswith("been "):
        return f"has-{'-'.join(rest.split()[:3])} (boolean)"
    rest = re.sub(r"^(?:been|be)\s+", "", rest)
    if verb not in ("is", "are", "was", "were", "has", "have", "can", "may", "should", "must", "will"):
        rest = f"{verb} {rest}".strip()
        return f"{'-'.join(rest.split()[:3])} (boolean)"
    return f"is-{'-'.join(rest.split()[:3])} (boolean)" if rest else match[0]


_FORMS: tuple[tuple[str, _Change], ...] = (
    (
        r"(?:,? (?P<and>and|or))?,? (?:if|where|when) (?:known|any|available|applicable|given|needed"
        r"|necessary|desired),"
        r" (?:the|an?|its|their) ", r" \g<and> an optional "),
    # 'and, once it is done, the cost': when a value becomes known
    (
        rf"(?P<before>,|\band|\bor)(?:(?<=and), when|,? (?:once|after|if|as soon as)) {_IT}(?:'s| {_BE})"
        r" [\w\-]+(?: \w+)?, (?=an?\b|the\b|its\b|their\b|optional)", r"\g<before> "),
    (
        r",? (?:if|where|when|as far as) (?:there (?:is|are) (?:one|any|some)|any|known|available|applicable"
        r"|given|needed|necessary|present|(?:it|they|he|she) (?:has|have) (?:one|any|some))(?=$|[,.;)]|"
        r" and\b)",
        " (optional)"),
    # 'whether it renews automatically', 'whether the pupil has a packed lunch'
    (
        rf"\b(?:a (?:flag|mark) )?whether (?:or not )?{_IT} (?P<verb>\w+)(?P<rest>(?:"
        rf" [\w\-]+){{0,5}}?){_END}",
        _flag),
    (rf"(?:(?<=, )|(?<=\band )|(?<=: ))(?P<verb>is|are|has|have) {_IT}(?P<rest>(?:"
     rf" [\w\-]+){{1,5}}?)\??{_END}", _flag),
    (r"(?<=[a-z]) (?:yes/no|yes or no|y/n)(?=$|[,.;)]| and\b)", " (yes/no)"),
    (
        rf"\bwhether (?:an?|the|any|some|no)? ?(?P<name>(?!it\b|they\b|he\b|she\b)[\w\-]+(?: [\w\-]+)?) {_BE}"
        rf" (?:still |already )?(?P<verb>[\w\-]+){_END}",
        lambda match: f"{match['name'].replace(' ', '-')}-{match['verb']} (boolean)"),
    (r"\b(from|between) (\d+) \([^)]*\) (to|and) (\d+)(?: \([^)]*\))?", r"\1 \2 \3 \4"),
    # 'what has to be done, who is responsible and by when', 'for what purpose'
    (rf"{_START}what (?:has to be|is to be|should be|must be|was|is) done{_END}", "a description"),
    (rf"{_START}who (?:is|was) (?:responsible|in charge)(?: for it)?{_END}", "the responsible person"),
    (rf"{_START}(?:by|until) when{_END}", "the due date"),
    (rf"{_START}from when{_END}", "the start date"),
    (rf"{_START}(?:for|with|at|in|on|from|to) (?:what|which) (?P<name>[a-z]+){_END}", r"the \g<name>"),
    (
        rf"{_START}the (?P<name>[\w\-]+(?: [\w\-]+)?) (?:we|you|people|they|he|she|I) (?:[a-z]+)(?: {_IT})?"
        rf"(?: (?:from|in|at|on|to|with|for|by))?{_END}", r"the \g<name>"),
    # 'who added it', 'the person reporting it', 'the class that goes'
    (
        rf"{_START}(?:by )?who (?:has |have |had )?(?P<verb>[a-z]+)(?: {_IT}| the [\w\-"
        rf" ]+?){_END}", _done_by),
    (
        rf"{_START}(?P<det>an?|the) (?P<name>[\w\-]+(?: [\w\-]+)?) (?:who|that|which) "
        rf"(?:has |have |is |are |was |were )?(?!must|may|can|should|has|have|is|are|not)[a-z]+"
        rf"(?: {_IT}| [a-z]+)?{_END}", r"\g<det> \g<name>"),
    (
        rf"{_START}(?P<det>the) (?P<name>[\w\-]+(?: [\w\-]+)?) (?:where|from where|in which|at which)"
        rf" (?:to [a-z]+(?: {_IT})?|{_IT}(?: [\w\-]+){{1,4}}?){_END}", r"\g<det> \g<name>"),
    (
        rf"\b(?P<det>the) (?P<name>year|month|date|day|time) (?:when |in which |on which |at which |that"
        rf" )?{_IT}"
        rf" (?:{_BE}) (?P<verb>[a-z]+){_END}", r"\g<det> \g<name> \g<verb>"),
    (
        rf"{_START}(?P<name>[\w\-]+) (?:it|they|he|she) {_BE} [a-z]+(?: (?:in|at|on|from|by|to|for))?{_END}",
        r"\g<name>"),
    # 'when it was bought', 'how many we need', 'how much it costs', 'how long it takes', 'where it is kept'
    (rf"{_START}when {_IT} (?:{_BE} )?(?P<verb>[a-z]+)(?: (?:out|up|in|back|off))?{_END}", _moment),
    (rf"{_START}how much {_IT} (?:cost|costs|is|are){_END}", "the price"),
    (rf"{_START}what {_IT} (?:cost|costs){_END}", "the price"),
    (rf"{_START}what {_IT} (?:is|was|are|were) for{_END}", "the purpose"),
    (rf"{_START}how much {_IT} (?:weighs?){_END}", "the weight"),
    (rf"{_START}how long {_IT} (?:takes?|lasts?|{_BE})(?: [a-z]+)?{_END}", "the duration in minutes"),
    (rf"{_START}how many(?P<counted> (?!we |they |it |he |she |of )[\w\-]+)?(?:"
     rf" [\w\-]+){{0,4}}?{_END}", _number),
    (
        rf"{_START}how (?P<how>urgent|severe|old|big|large|long|heavy|important|difficult|likely|far"
        rf"|deep|high|wide)"
        rf" {_IT} (?:is|are|was){_END}",
        lambda match: f"the {_HOW[match['how'].lower()]}"),
    (rf"{_START}how {_IT} {_BE} (?P<verb>[a-z]+){_END}", r"\g<verb> details"),
    (rf"{_START}where {_IT} (?:{_BE} )?(?P<verb>starts?|started|begins?|began){_END}", "a start location"),
    (rf"{_START}where {_IT} (?:{_BE} )?(?P<verb>ends?|ended|finish\w*|stop\w*){_END}", "an end location"),
    (
        rf"\bthe (?:date|day) (?:their|its|his|her|the) (?P<name>[\w\-]+) expires{_END}",
        r"the \g<name> expiry date"),
    (rf"{_START}where {_IT} (?:{_BE} )?[a-z]+{_END}", "a location"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), change) for pattern, change in _FORMS)
_MARKS = re.compile(
    r"\b(?:wh[aeioy]\w*|how|once|if|that|their|its|yes|y|from|between|it|they|he"
    r"|she)\b",
    re.IGNORECASE,
)


def as_names(text: str) -> str:
    """The sentence with such clauses as the names of the data that they stand for."""
    if not _MARKS.search(text):
        return text
    for pattern, change in _COMPILED:
        text = pattern.sub(change, text)
    return text
