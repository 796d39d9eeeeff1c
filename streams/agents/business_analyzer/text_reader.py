"""Free text, user stories, bullet lists and Markdown to sentences."""

from __future__ import annotations

import re
import unicodedata

from streams.agents.business_analyzer.document import Document, Sentence

MAX_CHARACTERS = 40_000
# People write no longer sentences; what is generated may be longer without end.
MAX_SENTENCE = 1_000
_MAX_SENTENCES = 600
_BULLET = re.compile(r"^\s*(?:[-*+•·–‣▪]|\d{1,3}[.)]|\(?[a-z][.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_STORY = re.compile(
    r"^\s*as (?:an? |the )?(?P<role>[^,]{2,60}?),?\s+i (?P<want>want|need|wish|would like|'d like|can"
    r"|may|should)"
    r"(?P<goal>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_BENEFIT = re.compile(
    r",?\s+(?:so that|in order to|so i can|so we can|so as to)\s+(?P<benefit>.*)$", re.I | re.S
)
_ABBREVIATION = re.compile(
    r"(?<![/\w])(e\.g|i\.e|etc|approx|incl|min|max|no|vs|resp|Dr|Mr|Mrs"
    r"|St)\.\s*",
    re.I,
)
_QUALITY_HEADING = re.compile(r"non[- ]?functional|quality|performance|technical requirements", re.I)


# 'Lease - flat, tenant' at the start of a line: what stands after the dash is about what stands before it.
_DASHED = re.compile(
    r"(?m)(?:^|(?<=[.!?] ))(\s*(?:[-*+•·]\s+)?\*{0,2}[A-Za-z][\w/ ]{1,38}?\*{0,2}) [-\u2013\u2014] "
    r"(?=[A-Za-z(])"
)
_CONTRACTED = tuple(
    (re.compile(pattern, re.IGNORECASE), change)
    for pattern, change in (
        (r"\b(I|we|you|they)'ve\b", r"\1 have"),
        (r"\b(have|has) got\b(?! to\b)", r"\1"),
        (r"\b(it|he|she|that|there|what|who|where|when)'s\b", r"\1 is"),
        (r"\b(we|you|they)'re\b", r"\1 are"),
        (r"\b(I|we|you|they|he|she)'d like\b", r"\1 would like"),
        (r"\b(I|we|you|they|it|he|she)'ll\b", r"\1 will"),
        (r"(?<=\s)w/\s?(?=\w)", "with "),
        (r"\b(best before|use by|sell by) date", lambda match: f"{match[1].replace(' ', '-')} date"),
    )
)


def clean(text: str) -> str:
    """The text without what no reader of it can see: control characters, odd spaces and quotes."""
    text = unicodedata.normalize("NFC", text[: 5 * MAX_CHARACTERS]).replace("\r\n", "\n").replace("\r", "\n")
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x00A0: " ", 0x2026: "."})
    text = _DASHED.sub(r"\1: ", text)
    for pattern, change in _CONTRACTED:
        text = pattern.sub(change, text)
    text = text.replace("\u2014", ", ").replace("\u2013", "-").replace("\u2212", "-")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return "".join(kept).replace("\t", " ")


def read_text(text: str) -> Document:
    """A document of the sentences of the text."""
    cleaned = clean(text)
    lines = cleaned[:MAX_CHARACTERS].split("\n")
    title = ""
    sentences: list[Sentence] = []
    qualities: list[str] = []
    in_qualities = False
    for block in _blocks(lines):
        if block.startswith("\x01"):
            heading = block[1:].strip(" :")
            in_qualities = bool(_QUALITY_HEADING.search(heading))
            title = title or heading
            continue
        if in_qualities:
            qualities.extend(split_sentences(block))
        else:
            sentences.extend(sentences_of(block))
    return Document(
        title=title,
        sentences=tuple(sentences[:_MAX_SENTENCES]),
        non_functional=tuple(qualities[:_MAX_SENTENCES]),
        truncated=len(cleaned) > MAX_CHARACTERS or len(sentences) > _MAX_SENTENCES,
    )


def sentences_of(block: str) -> list[Sentence]:
    """The sentences of one paragraph, bullet or JSON string; a user story becomes its goal."""
    block = block.strip()
    story = _STORY.match(block)
    if not story:
        return [Sentence(text=text) for text in split_sentences(block)]
    role = re.sub(r"\s+", " ", story["role"]).strip().lower()
    goal = story["goal"].strip()
    first, *others = split_sentences(goal) or [""]
    benefit = _BENEFIT.search(first)
    if benefit:
        first = first[: benefit.start()]
    text = _as_statement(role, story["want"].lower(), first)
    purpose = benefit["benefit"].strip(" .") if benefit else ""
    return [
        Sentence(text=text, role=role, benefit=purpose),
        *(Sentence(text=other, role=role) for other in others),
    ]


def _as_statement(role: str, want: str, goal: str) -> str:
    goal = goal.strip()
    to_verb = re.match(r"(?:to be able to|to|be able to)\s+(.*)$", goal, re.I | re.S)
    if to_verb:
        return f"A {role} can {to_verb[1]}"
    if want in ("can", "may", "should"):
        return f"A {role} can {goal}"
    return f"A {role} can see {goal}"


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph, without their full stops."""
    text = re.sub(r"[*`_]{1,3}(?=\S)|(?<=\S)[*`]{1,3}|~~", "", text) if re.search(r"[*`]", text) else text
    text = re.sub(r"(?<=[a-z] )no\.(?=[,);]| (?![A-Z]))", "number", text)
    text = _ABBREVIATION.sub(lambda match: match[1].replace(".", "") + " ", text)
    parts = re.split(r"(?<=[.!?])\s+(?=[\"'(A-Z0-9a-z])|\n{2,}|(?<=[.!?])$", re.sub(r"[ ]+", " ", text))
    found: list[str] = []
    for part in parts:
        found.extend(_outside_parentheses(part.strip().strip('"').rstrip(".!?").strip()))
    return [part[:MAX_SENTENCE] for part in found if re.search(r"\w", part)]


def _outside_parentheses(text: str) -> list[str]:
    """Split at semicolons that are not in parentheses."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth = max(0, depth + (char in "([") - (char in ")]"))
        if char == ";" and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [part.strip() for part in (*parts, text[start:])]


def _blocks(lines: list[str]) -> list[str]:
    """Paragraphs, bullets joined with the line that introduces them, and headings (marked)."""
    blocks: list[str] = []
    paragraph: list[str] = []
    bullets: list[str] = []
    intro = ""

    def flush() -> None:
        nonlocal intro
        if paragraph:
            blocks.append(" ".join(paragraph))
            paragraph.clear()
        if bullets:
            blocks.extend(_with_intro(intro, bullets))
            bullets.clear()
        intro = ""

    previous = latest = ""
    for line in lines:
        stripped = line.strip()
        if _HEADING.match(line) or (not latest and re.fullmatch(r"[A-Za-z][\w\- ]{2,40}", stripped)):
            latest = _HEADING.sub("", line).strip(" #*:")
        in_table, previous = previous.startswith("|"), stripped
        if stripped.startswith("|") and re.fullmatch(r"[-=_*|:\s]{3,}", stripped):
            continue
        if not stripped or re.fullmatch(r"[-=_*|:\s]{3,}", stripped):
            if bullets or paragraph:
                keep = " ".join(paragraph) if paragraph and paragraph[-1].endswith(":") else ""
                if keep:
                    paragraph.clear()
                flush()
                intro = keep
            continue
        if _HEADING.match(line):
            flush()
            intro = _HEADING.sub("", line).strip(" #*")
            blocks.append("\x01" + intro)
        elif stripped.startswith("|"):
            if not in_table and not intro and not bullets and not paragraph:
                intro = _topic(latest) if _ATTRIBUTE_TABLE.match(stripped) else ""
            bullets.append(_table_row(stripped, head=not in_table))
        elif _BULLET.match(line):
            if paragraph:
                intro = _take_intro(blocks, paragraph)
            bullets.append(_BULLET.sub("", line).strip())
        elif bullets and line[:1] == " ":
            bullets[-1] += " " + stripped
        else:
            if bullets:
                flush()
            if _STORY.match(stripped) and paragraph:
                flush()
            paragraph.append(stripped)
    flush()
    return blocks


_MARKS = re.compile(r"\d|\b(?:unique|optional|required|mandatory|reference|one of|or)\b|[,/|]", re.IGNORECASE)
_ATTRIBUTE_TABLE = re.compile(r"^\|\s*(?:field|name|attribute|column|property|field name|data)\s*\|", re.I)


def _topic(heading: str) -> str:
    """'Software licence inventory': the table below tells the data of a software licence."""
    parts = heading.split()
    while len(parts) > 1 and re.fullmatch(
        r"inventory|list|register|management|tracker|table|fields|data|attributes|overview|catalogue|log|database",
        parts[-1].lower(),
    ):
        parts.pop()
    return f"Each {' '.join(parts).lower()} has:" if 0 < len(parts) < 4 else ""


def _table_row(line: str, head: bool) -> str:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if head and cells[0].lower() in ("field", "name", "attribute", "column", "property", "field name"):
        return ""
    details = ", ".join(cell for cell in cells[1:] if cell and (len(cell.split()) < 3 or _MARKS.search(cell)))
    return f"{cells[0]} ({details})" if details else cells[0]


def _take_intro(blocks: list[str], paragraph: list[str]) -> str:
    """The last sentence of the paragraph introduces the bullets that follow it."""
    text = " ".join(paragraph)
    paragraph.clear()
    if text.rstrip().endswith(":"):
        cut = max(text.rfind(". "), text.rfind("; "))
        if cut >= 0:
            blocks.append(text[: cut + 1])
        return text[cut + 1 :].strip()
    if len(text.split()) <= 4 and not re.search(r"[.!?]$", text):
        return text
    blocks.append(text)
    return ""


_FINITE = re.compile(
    r"\b(is|are|has|have|can|must|may|should|will|cannot|belongs?|needs?|gets?|does|do|shall|never|be)\b",
    re.I,
)
_GENERIC_INTRO = re.compile(
    r"^(requirements?|features?|rules?|functions?|functional|scope|overview|notes?|details?|goals?|user"
    r" stories"
    r"|stories|business rules|constraints?|operations?|reports?|roles?|users?|entities|data|validation\w*"
    r"|what we need|we need|must have|should have|it should|the system (should|must|shall)|[^ ]+ can)\b",
    re.I,
)


def _with_intro(intro: str, bullets: list[str]) -> list[str]:
    """'A booking has:' and its bullets as one sentence; bullets that are sentences stay alone."""
    items = [bullet.strip().rstrip(";,.") for bullet in bullets if bullet.strip()]
    head = intro.strip().rstrip(":").strip()
    if not head or not items:
        return items
    if re.search(
        r"\b(can|could|may|should be able to|must be able to|be able to|want to|need to)$", head, re.I
    ):
        subject = re.sub(r"\b(should|must) be able to$", "can", head, flags=re.I)
        return [f"{subject} {item[:1].lower()}{item[1:]}" for item in items]
    phrases = [
        item for item in items if not _FINITE.search(re.sub(r"\([^)]*\)", "", item)) and ":" not in item
    ]
    short = all(len(re.sub(r"\([^)]*\)", "", item).split()) <= 6 for item in phrases)
    if len(phrases) < max(1, len(items) - 1) or not short or _GENERIC_INTRO.match(head):
        return items
    if re.search(r"\b(has|have|with|contains?|includes?|stores?|records?|keeps?|need|needs)$", head, re.I):
        return [f"{head} {', '.join(phrases)}", *(item for item in items if item not in phrases)]
    return [f"{head}: {', '.join(phrases)}", *(item for item in items if item not in phrases)]
