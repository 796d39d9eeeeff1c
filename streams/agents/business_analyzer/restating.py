"""The many ways of saying that a thing has attributes, restated as 'each X has a, b and c'."""

from __future__ import annotations

import re
from functools import lru_cache

from streams.agents.business_analyzer import field_types, people, told_records, words
from streams.agents.business_analyzer.clauses import clauses
from streams.agents.business_analyzer.colon_lists import apart
from streams.agents.business_analyzer.inline_constraints import in_parentheses
from streams.agents.business_analyzer.labelled_statements import of_label
from streams.agents.business_analyzer.lexicon import CONTAINERS, KEEPING
from streams.agents.business_analyzer.phrases import noun_phrases
from streams.agents.business_analyzer.relative_data import told_apart
from streams.agents.business_analyzer.tokens import tokenise

_X = r"(?P<x>[\w\- ]{2,40}?)"
_EACH = r"(?:(?:each|every|any|all|an?|the|our)\s+)?"
_LIST = r"(?P<list>[^.;]+?)"
_KEEP = rf"(?:{'|'.join(sorted({*KEEPING, 'know', 'ask for', 'have'}))})s?"
_AUXILIARY = r"(?:should |must |will |also |only |just |can |want to |need to |have to |has to )*"
_WHO = (
    r"(?:we|the system|it|they|you|i|staff|users?|the \w+(?: desk| team| office| staff| manager)?"
    r"|\w+s)?\s*"
)
_KEPT = r"recorded|stored|registered|saved|entered|kept|captured|logged|listed|added|documented|noted|tracked"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:for|of|about|on|per)\s+(?:(?:each|every|all|an?|the|our)\s+|(?=[\w\- ]{{2,40}}s,? ))"
        rf"{_X},?\s+{_WHO}{_AUXILIARY}{_KEEP}\s+(?:just |only )?(?:the |its |their )?{_LIST}$",
        rf"^(?:we|the system|it|they|you|i|staff)\s+{_AUXILIARY}{_KEEP}\s+(?:the|an?|each|every)\s+"
        rf"(?P<x>[\w\-]+(?: [\w\-]+)?)(?:'s|s')\s+"
        rf"(?P<list>[^.;]+(?:,| and )[^.;]+)$",
        r"^(?:when|while|before|after|on|upon|for)\s+[a-z]+ing\s+(?:an?|the|their|each|every)\s+"
        r"(?P<x>[\w\-]+(?: [\w\-]+)?),"
        r"?\s+(?:(?:the|an?|every|each)\s+)?[\w\-]+(?: [\w\-]+)?\s+(?:must |should |has to |can |will )?"
        r"(?:states?|gives?|enters?"
        r"|provides?|specify|specifies|tells?|says?|notes?|records?|fills? in|chooses?|selects?"
        r"|indicates?|names?|supply|supplies)"
        r"\s+(?:(?:the|an?|their|his|her|its)\s+)?(?P<list>[^.;]+(?:,| and )[^.;]+)$",
        rf"^{_WHO}{_AUXILIARY}{_KEEP}\s+{_LIST}\s+(?:for|of|about|on|per)\s+(?:each|every|all our"
        rf"|all)\s+(?P<x>[\w\- ]{{2,40}})$",
        rf"^(?:for|of|about|on|per)\s+(?:each|every|all|an?|the|our)\s+{_X},?\s+{_LIST}\s+(?:is|are|must"
        rf" be|should be|can be)\s+(?:{_KEPT})$",
        rf"^{_EACH}{_X}\s+(?:is|are)\s+(?:described|characteri[sz]ed|defined|made up|composed|known"
        rf"|identified"
        rf"|specified|catalogued|cataloged|filed|indexed|{_KEPT})"
        rf"(?:\s+(?:per|for (?:each|every|an?|the)|against an?|against)\s+[\w\-]+(?: [\w\-]+)?)?"
        rf",?\s+(?:by|with|through|of|via|under)\s+(?:(?:its|their|the)\s+)?{_LIST}$",
        rf"^{_EACH}{_X}\s+(?:consists?|is composed|are composed|is made up|are made up)\s+of\s+{_LIST}$",
        rf"^for\s+(?:each|every|all|an?|the)\s+{_X},?\s+there\s+(?:is|are|must be|should be|can be|will"
        rf" be)\s+{_LIST}$",
        rf"^(?:(?:once|when|after|as soon as|if) [^,]{{3,80}}, )?{_EACH}{_X}\s+(?:is|are)\s+(?:created"
        rf"|opened|issued|generated"
        rf"|set up|added)\s+with\s+{_LIST}$",
        rf"^{_WHO}{_AUXILIARY}{_KEEP}\s+for\s+(?:each|every)\s+(?P<x>[\w\-]+(?: [\w\-]+)?)\s+"
        rf"(?:the|its|their|an?)\s+{_LIST}$",
        rf"^{_EACH}{_X}\s+comes?\s+with\s+{_LIST}$",
        rf"^{_EACH}{_X}\s+(?:can |must |should |may |will )?(?:registers?|signs? up|enrols?|enrolls?"
        rf"|subscribes?|joins?|creates? an account|are registered|is registered)"
        rf"(?: once| online)?\s+(?:with|using)\s+(?:(?:its|their|the|my|his|her)\s+)?{_LIST}$",
        r"^(?:the )?(?:fields|attributes|properties|data|details|columns)\s+(?:of|for|per)\s+(?:an?|the"
        r"|each|every)?\s*"
        rf"{_X}\s*(?::|are|is)\s*(?P<list>.+)$",
        rf"^{_X}\s+(?:fields|attributes|properties|data|details)\s*:\s*(?P<list>.+)$",
        r"^(?:the )?following (?:data|information|fields|details) (?:is|are|should be|must be)"
        rf" (?:stored|kept|recorded|saved|needed)\s*(?:for|of|about)\s*(?:each|every|an?"
        rf"|the)?\s*{_X}\s*:\s*(?P<list>.+)$",
        rf"^{_EACH}{_X}\s+(?:is|are)\s+(?:{_KEPT})(?:\s+(?:per|for|against|by)\s+(?:each |every |an? |the )?"
        rf"[\w\-]+(?: [\w\-]+)?)?\s*:\s*(?P<list>.+)$",
        rf"^(?:for|of|about|per)\s+(?:each|every|all|an?|the|our)\s+{_X}(?: we (?:need|want))?\s*:\s*"
        rf"(?P<list>.+)$",
    )
)
_VERBED = (
    r"(?!approved|rejected|cancelled|closed|declined|confirmed|notified|informed|replied)"
    r"[a-z]+(?:ed|en|ade|ought|ut|ld|nt|pt|one)"
)
_FOR_WITH = re.compile(
    rf"^{_EACH}{_X}\s+(?:is|are|can be|must be|will be)\s+(?:also |then )?{_VERBED}\s+(?:per|for|against"
    rf"|on|to|in|at|from)\s+(?:an?|each|every|the|one|exactly one)?\s*"
    rf"[\w\-]+(?: [\w\-]+){{0,2}}\s+with\s+{_LIST}$",
    re.IGNORECASE,
)
_FOR_EACH = re.compile(
    r"^(?:for|per|in|during|on) (?:each|every) (?P<whole>[\w\-]+(?: (?!and\b)[\w\-]+)??(?: and (?:each "
    r"|every )?[\w\-]+(?: [\w\-]+)?)?),? "
    r"(?P<part>(?:an?|one|exactly one|the|several) .+? with .+)$",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"^(?:(?:an?|the|each|every|our)\s+)?(?P<x>[\w\-]+(?: [\w\-]+){0,2}?)(?:'s|s')\s+(?P<list>[^.;]+?),? "
    r"(?:is|are|must be"
    rf"|should be|have to be|has to be|will be|needs? to be) (?:known|given|available|provided|needed"
    rf"|required|{_KEPT})(?:,? (?:plus|and also|along"
    rf" with) (?P<more>.+))?$",
    re.IGNORECASE,
)
_COLON = re.compile(
    r"^(?:(?:an?|the|each|every)\s+)?(?P<x>[\w\-]+(?: [\w\-]+){0,2}?)(?: too| also| as well)?\s*:\s*"
    r"(?P<list>.+)$",
    re.IGNORECASE,
)
_NAMED_VALUES = (
    "status|state|stage|priority|type|kind|category|severity|level|size|gender|role|condition|difficulty"
    "|class"
    "|method|frequency|mode|format|channel|cuisine|grade"
)
_VALUE = r"[a-z]+(?:[ -][a-z]+)?"
_CHOICES = re.compile(
    rf"\b(?P<name>(?:[a-z-]+ )?(?:{_NAMED_VALUES}))(?: field)?"
    r"(?:,)? (?:of|being|either|which is|which can be|that is|that can be|can be|is either|is one of|as"
    r"|such as|one of|among|from|:|-|is|values?)"
    rf"(?: either| one of)?:? (?P<list>(?:{_VALUE}, )+(?:or |and )?{_VALUE}(?:,? or {_VALUE})?"
    rf"|{_VALUE} or {_VALUE})(?=$|[.;,)]| and (?:a|an|the|has|is|can)\b)",
    re.IGNORECASE,
)
_SUBJECT_WITH = re.compile(
    r"^(?P<x>(?:an?|the|each|every|all|for (?:each|every) [\w\- ]+?,)?\s*[\w\-]+(?: [\w\-]+){0,2}(?:"
    r" ?\([^)]*\))?) with (?P<list>.+?)"
    r" (?P<verb>(?:can|may|must|should|will|cannot|shall|is|are)\b (?:also |only |always |never |not"
    r" )?(?:be )?[a-z]+(?:ed|en|ut|ld|nt|ept|t)\b.*)$",
    re.IGNORECASE,
)
_GIVING = re.compile(
    r",? (?:by )?(?:giving|showing|leaving|quoting|mentioning|stating|specifying|entering|choosing|indicating"
    r"|providing|naming"
    r"|supplying)(?: their| its| the)? (?=\w)",
    re.IGNORECASE,
)
_NEW_CLAUSE = re.compile(
    r":\s+(?=for (?:each|every|all|an?)\b|(?:an?|the|each|every|it|they)\s+[\w\-]+(?: [\w\-]+)?"
    r" [a-z]+s?\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_000)
def restate(text: str) -> tuple[str, ...]:
    """The statements of a sentence about data, each in the form that declarations read."""
    text = told_records.marked(in_parentheses(re.sub(r"\((?:s|es)\)", "s", text)))
    text = re.sub(r",? (?:when|while|before|after|on|upon) [a-z]+ing(?: [a-z]+){0,2}$", "", text)
    roundabout = told_records.told(text)
    if roundabout:
        return tuple(_form(part) for part in roundabout)
    kept = _KEPT_FOR.match(text)
    labelled = _form(text) if kept else of_label(text)
    if labelled:
        return (labelled,)
    found: list[str] = []
    before = ""
    for part in _NEW_CLAUSE.split(text):
        part, before = _of_before(part.strip(), before), part
        for piece in apart(part.strip()):
            for told in told_apart(piece):
                found.extend(_subject_with(told))
    return tuple(_form(part) for part in found if part)


def _of_before(part: str, before: str) -> str:
    """'a ride starts: it has a price' speaks of the ride."""
    pronoun = re.match(
        r"(?:it|they) (?=has\b|have\b|is\b|are\b|contains?\b"
        r"|includes?\b)",
        part,
        re.IGNORECASE,
    )
    told = clauses(before) if pronoun and before else ()
    phrases = noun_phrases(told[-1].subject) if told else []
    return f"each {phrases[-1].text} {part[pronoun.end() :]}" if pronoun and phrases else part


def canonical(text: str) -> str:
    """The first statement of the sentence, in its plain form."""
    return restate(text)[0] if restate(text) else text


def _subject_with(text: str) -> list[str]:
    """'Employees with a name and a desk can be given assets' says two things."""
    made = _MADE_WITH.match(text)
    if made:
        thing = re.sub(r"^(?:an?|the|each|every|all)\s+", "", made["x"], flags=re.IGNORECASE)
        return [f"each {thing.strip()} has {made['list']}", f"{made['x']} {made['verb']}"]
    match = _SUBJECT_WITH.match(text)
    if not match or re.search(r"\b(?:has|have|can|must|is|are)\b", match["list"]):
        return [text]
    thing = re.sub(r"^for (?:each|every) [^,]+,\s*", "", match["x"], flags=re.IGNORECASE)
    thing = re.sub(r"^(?:an?|the|each|every|all)\s+", "", thing, flags=re.IGNORECASE)
    return [f"each {thing.strip()} has {match['list']}", f"{match['x']} {match['verb']}"]


_MADE_WITH = re.compile(
    r"^(?P<x>(?:an?|the|each|every|all)?\s*[\w\-]+(?: [\w\-]+){0,2}) (?P<verb>(?:is|are|can be|must be)"
    r" (?:made|placed|created|submitted|opened|issued|booked|reserved"
    r"|ordered|assigned|linked|connected|filed|reported|raised|scheduled|planned|sent|written)\b[^,]*),"
    r" (?:with|giving|including|stating) (?P<list>.+)$",
    re.IGNORECASE,
)


_COLLECTION_OF = re.compile(
    r"^(?:the|an?|each|every)\s+(?:history|list|log|set|collection|timeline|record) of (?:an?|the|each"
    r"|every)\s+"
    r"(?=[\w\- ]{2,30}? (?:has|have|consists?|contains?|includes?|is|are|shows?)\b)",
    re.IGNORECASE,
)


_KEPT_FOR = re.compile(
    rf"^for (?:each|every) (?P<whole>[\w\-]+(?: [\w\-]+)?),? (?:an?|the|one) (?P<x>[\w\-]+(?: [\w\-]+)?)"
    rf" (?:is|are|must be)"
    rf" (?:{_KEPT}): (?P<list>.+)$",
    re.IGNORECASE,
)
_JOINING = re.compile(
    r"^(?:an?|each|every) (?P<x>[\w\-]+(?: [\w\-]+)?) (?:assigns|links|connects|joins|combines|ties"
    r"|matches|allocates)"
    r" (?P<list>(?:an?|one) [^.;:]+)$",
    re.IGNORECASE,
)


def _form(text: str) -> str:
    kept = _KEPT_FOR.match(text)
    if kept:
        return f"each {kept['x']} has {kept['list']}, a {kept['whole']}"
    joined = _JOINING.match(text)
    plain = not re.search(r"\b(?:has|have|is|are|can|must)\b", text)
    if joined and plain and not people.is_person(joined["x"].split()[-1]):
        return f"each {joined['x']} has {re.sub(r' (?:to|with) (?=an? )', ', ', joined['list'])}"
    text = _COLLECTION_OF.sub("each ", text)
    own = _OWN.match(text)
    if own and own["more"]:
        return f"each {own['x'].strip()} has {own['list'].strip()}, {own['more'].strip()}"
    per = _FOR_EACH.match(text)
    if per:
        inner = _form(per["part"])
        added = "".join(f", a {part.strip()}" for part in per["whole"].split(" and ")[1:])
        return f"{inner}{added}" if inner.startswith("each ") else inner
    for match in (own, *(pattern.match(text) for pattern in (*_FORMS, _FOR_WITH))):
        if match and not re.search(r"\b(?:has|have|and|or)\b", match["x"]):
            listed = re.sub(r",? (?:and|but) also (?:has|have) ", ", ", match["list"].strip())
            thing = re.sub(
                r"(?<=\w) (?:master|base|basic"
                r"|core)$",
                "",
                match["x"].strip(),
                flags=re.IGNORECASE,
            )
            return f"each {thing} has {re.sub(r', with ', ', ', listed)}"
    colon = _COLON.match(text)
    if colon and _listlike(colon["x"], colon["list"]):
        return f"each {colon['x'].strip()} has {colon['list'].strip()}"
    text = _GIVING.sub(" with ", text) if not re.search(r"\bwith\b", text) else text
    return _CHOICES.sub(_bracketed, text)


def _bracketed(match: re.Match[str]) -> str:
    if " or " not in match["list"] and not re.search(r"either|one of|:", match[0]):
        return match[0]
    return f"{match['name']} ({match['list']})"


_NO_HEADS = frozenset(
    "entities roles features requirements rules note notes operations reports example following statuses"
    " states stages users rule constraints goal scope title functions function actions".split()
)


def _listlike(head: str, listing: str) -> bool:
    first = head.split()[-1].lower()
    data_head = field_types.is_data_head(words.singular(first) if people.is_person(first) else first)
    if data_head or first in CONTAINERS or first in _NO_HEADS:
        return False
    plain = re.sub(r"\([^)]*\)", "", listing)
    items = [item for item in re.split(r",|\band\b", plain) if item.strip()]
    finite = any(token.tag in ("BE", "HAVE", "MD", "DO", "PRON") for token in tokenise(plain))
    if len(items) < 2 or finite:
        return False
    lengths = [len(item.split()) for item in items]
    return (
        lengths[0] <= 5 and max(lengths) <= 8 and sum(length <= 5 for length in lengths) * 3 >= len(items) * 2
    )
