"""Words of life cycles: which state a verb leads to, which states end it, what a record starts as."""

from __future__ import annotations

import re
from functools import lru_cache

from streams.agents.business_analyzer import naming, words
from streams.agents.business_analyzer.word_sets import word_set

# Verbs whose participle is a state of what they are done to, whoever says so.
STEPS = word_set(
    "cancel approve reject decline refuse accept close complete finish publish archive pay ship deliver "
    "confirm solve"
    " resolve return withdraw activate deactivate block unblock suspend pause resume end terminate reopen "
    "void release"
    " sign deny dispatch settle reactivate discontinue retire submit verify fulfil fulfill deliver check-in"
    " check-out"
    " postpone escalate unpublish reinstate revoke refund abort acknowledge prepare serve"
    " hand-over conclude decommission dismiss endorse authorise authorize lose win hire graduate"
)
# Verbs that lead to a state only where the text names it, since they also mean to create or to handle.
ONLY_IF_NAMED = word_set(
    "send open start book reserve order request place receive register process pack pick schedule hold sell"
    " assign"
    " issue plan enter file post review check answer reply call lock unlock free clean repair load unload "
    "collect borrow"
    " lend rent occupy produce test invoice bill charge mark qualify interview offer draft propose print "
    "cook move"
    " vacate inspect triage investigate ship-out inactivate enable disable redeem use admit discharge"
)
FINAL = word_set(
    "cancelled canceled void voided rejected declined refused denied expired terminated ended lost won "
    "withdrawn"
    " refunded abandoned no_show disposed scrapped written_off hired aborted retired discontinued returned "
    "revoked"
    " dismissed"
)
# Endings of another kind than the goal: reachable from every state before them.
NEGATIVE = word_set(
    "cancelled canceled void voided rejected declined refused denied expired lost withdrawn abandoned "
    "no_show failed"
    " aborted terminated scrapped on_hold blocked revoked dismissed"
)
# States beside the usual way: reached from any state before, left to any state after.
SIDE = word_set("delayed on_hold postponed escalated suspended waiting late")
DECISIONS = (
    frozenset(
        {
            "approved",
            "rejected",
            "declined",
            "refused",
            "denied",
            "accepted",
            "confirmed",
            "authorised",
            "authorized",
        }
    ),
    frozenset({"won", "lost"}),
    frozenset({"hired", "rejected"}),
    frozenset({"passed", "failed"}),
)
HUBS = word_set(
    "active open free available enabled vacant online operational in_service in_stock operating idle empty"
)
SPOKES = word_set(
    "paused blocked booked occupied rented reserved inactive disabled suspended in_maintenance maintenance "
    "cleaning"
    " on_hold closed full unavailable lent out_of_service in_repair broken offline in_use taken locked "
    "frozen under_repair"
    " assigned damaged checked_out occupied sold_out rented_out on_loan borrowed lent_out defective hidden"
)
INITIALS = word_set(
    "draft open new pending planned requested created registered received lead applied todo to_do backlog "
    "active"
    " available free scheduled submitted placed ordered reserved booked started prospect waiting queued "
    "unpaid"
    " reported incoming"
)
# How often an action may be done to one record.
ONCE = re.compile(
    r"\b(?:only once|once only|one time only|just once|at most once|only 1 time|1 time only|a single time"
    r"|only 1x|exactly once|once)\b"
    r"(?! (?:a|per|every|each|it|they|the|an)\b)|\b(?:at most|only|up to|no more than"
    r"|maximum) (?P<n>\d+) times?\b"
    r"|\bat most twice\b|\btwice at most\b"
)
USES = word_set(
    "redeem use accept admit scan transfer renew extend rate review claim spend open activate reschedule "
    "move check-in"
    " prolong"
)
# What a verb makes of the thing it is done to.
NOUN_OF = {
    "reserve": "reservation",
    "book": "booking",
    "order": "order",
    "rent": "rental",
    "register": "registration",
    "borrow": "loan",
    "lend": "loan",
    "buy": "purchase",
    "hire": "rental",
    "enrol": "enrolment",
    "enroll": "enrollment",
    "subscribe": "subscription",
    "apply": "application",
    "request": "request",
    "sell": "sale",
}
_BY_NOUN = {
    "booking": "booked",
    "reservation": "reserved",
    "appointment": "scheduled",
    "order": "placed",
    "subscription": "active",
    "ticket": "open",
    "invoice": "open",
    "request": "requested",
    "application": "submitted",
    "trip": "started",
    "loan": "borrowed",
    "rental": "rented",
    "task": "open",
    "contract": "active",
    "delivery": "planned",
    "shipment": "planned",
    "registration": "registered",
    "enrolment": "enrolled",
    "event": "planned",
    "meeting": "planned",
    "visit": "scheduled",
    "membership": "active",
    "article": "draft",
    "post": "draft",
    "document": "draft",
    "quote": "draft",
    "report": "draft",
    "expense": "draft",
    "proposal": "draft",
    "session": "scheduled",
    "parcel": "registered",
    "claim": "submitted",
    "bill": "open",
    "payment": "open",
    "class": "scheduled",
    "item": "ordered",
    "line": "open",
    "position": "open",
    "shift": "planned",
    "exam": "scheduled",
}
_SPECIAL_VERBS = {
    "done": "complete",
    "in_progress": "start",
    "closed": "close",
    "open": "reopen",
    "reopened": "reopen",
    "won": "win",
    "lost": "lose",
    "paid": "pay",
    "sent": "send",
    "void": "void",
    "ready": "mark-ready",
    "active": "activate",
    "inactive": "deactivate",
    "draft": "back-to-draft",
    "on_hold": "put-on-hold",
    "in_review": "review",
    "under_review": "review",
    "free": "release",
    "available": "release",
    "new": "reset",
    "pending": "reset",
    "published": "publish",
    "delivered": "deliver",
    "completed": "complete",
    "finished": "finish",
    "paid_out": "pay-out",
    "picking": "pick",
    "cancelled": "cancel",
    "canceled": "cancel",
    "no_show": "mark-no-show",
    "todo": "reset",
    "to_do": "reset",
    "in_preparation": "prepare",
    "in_transit": "send-off",
    "checked_in": "check-in",
    "checked_out": "check-out",
    "served": "serve",
    "cooking": "cook",
    "archived": "archive",
    "blocked": "block",
    "booked": "book",
    "sold": "sell",
    "held": "hold",
    "lent": "lend",
    "running": "start",
    "started": "start",
    "ended": "end",
    "withdrawn": "withdraw",
    "hired": "hire",
    "offer": "offer",
    "interview": "invite-to-interview",
}
_OTHER_TARGETS = {
    "resume": "active",
    "reactivate": "active",
    "activate": "active",
    "reopen": "open",
    "deactivate": "inactive",
    "unblock": "active",
    "release": "free",
    "free": "free",
    "enable": "active",
    "disable": "inactive",
    "unpublish": "draft",
    "reinstate": "active",
    "complete": "completed",
    "refuse": "refused",
    "void": "void",
}


@lru_cache(maxsize=4_000)
def state_of(verb: str) -> str:
    """The state that a verb leads to: cancel -> cancelled."""
    if verb == "open":
        return "open"
    if verb in _OTHER_TARGETS:
        return _OTHER_TARGETS[verb]
    first, _, rest = verb.partition("-")
    return naming.choice_value(" ".join(filter(None, (words.participle(first), rest.replace("-", " ")))))


@lru_cache(maxsize=4_000)
def verb_of(state: str) -> str:
    """The action that leads to a state: cancelled -> cancel; kebab-case."""
    if state in _SPECIAL_VERBS:
        return _SPECIAL_VERBS[state]
    first, _, rest = state.partition("_")
    lemma = words.verb_lemma(first)
    if lemma and words.is_participle(first) and re.fullmatch(r"[a-z]+", lemma):
        return "-".join(filter(None, (lemma, rest.replace("_", "-"))))
    if lemma and first.endswith("ing") and not rest:
        return lemma
    return words.kebab(("mark", *state.split("_")))


def start_of(entity: tuple[str, ...], states: frozenset[str] = frozenset()) -> str:
    """What a record of that name is at first, where the text tells only what it becomes."""
    usual = _BY_NOUN.get(entity[-1], "")
    asked = usual in ("", "draft", "submitted", "requested", "registered", "placed")
    if usual and (asked or not states & {"approved", "rejected", "declined"}):
        return usual
    if states & {"approved", "accepted", "confirmed", "rejected", "declined", "verified"}:
        return "pending"
    return "open" if states & {"closed", "solved", "resolved", "completed", "finished", "done"} else "active"


def matching(states: tuple[str, ...], wanted: str) -> str:
    """The state of the list that the word means ('completed' for 'done'), '' for none."""
    if wanted in states:
        return wanted
    for group in _SYNONYMS:
        if wanted in group:
            for state in states:
                if state in group:
                    return state
    return ""


_SYNONYMS = (
    frozenset({"cancelled", "canceled"}),
    frozenset({"done", "completed", "complete", "finished"}),
    frozenset({"void", "voided"}),
    frozenset({"in_progress", "started", "running", "in_process", "processing"}),
    frozenset({"solved", "resolved"}),
    frozenset({"declined", "rejected", "refused", "denied"}),
    frozenset({"inactive", "deactivated", "disabled"}),
    frozenset({"active", "activated", "enabled"}),
    frozenset({"free", "available", "vacant"}),
    frozenset({"open", "new"}),
    frozenset({"draft", "drafts"}),
    frozenset({"lent", "lent_out", "on_loan", "borrowed"}),
)
