"""Which nouns are people: roles of actors, or people about whom data is kept."""

from __future__ import annotations

import re
from functools import lru_cache

from streams.agents.business_analyzer import words

_PEOPLE = frozenset(
    "staff person people user admin administrator member customer client guest patient doctor nurse"
    " employee manager boss owner librarian teacher student pupil parent child driver waiter waitress"
    " chef cook cashier clerk agent organiser organizer visitor attendee participant receptionist"
    " accountant approver reviewer supervisor lead coordinator dispatcher technician mechanic vet"
    " veterinarian physician therapist dentist pharmacist assistant secretary colleague worker"
    " contractor freelancer supplier vendor buyer seller tenant landlord traveller traveler passenger"
    " pilot host hostess instructor trainer coach tutor speaker volunteer donor citizen resident"
    " subscriber reader author editor operator planner picker packer courier carrier auditor analyst"
    " consultant director officer recruiter applicant candidate applicant lecturer professor cleaner"
    " caretaker janitor guard captain player referee team-lead shopper merchant borrower lender renter"
    " diner finance hr kitchen reception everyone anyone nobody head bookkeeper controller treasurer"
    " stylist hairdresser barber therapist groomer gardener photographer musician artist developer"
    " engineer designer tester leader principal dean registrar crew maid housekeeper housekeeping"
    " concierge bartender barista baker butcher farmer warehouse-worker storekeeper shopkeeper"
    " salesperson salesman rep representative midwife carer caregiver paramedic surgeon specialist"
    " intern apprentice trainee scientist researcher lawyer paralegal notary".split()
)
_NOT_PEOPLE = frozenset(
    "number order letter container computer printer folder paper water answer offer transfer register"
    " counter corner center centre quarter newsletter voucher layer header trailer charter matter power"
    " server router parameter chapter poster calendar error factor sensor monitor colour color floor"
    " door minor major vector odometer meter kilometer kilometre trailer freezer cooler locker filter"
    " booster helper starter summer winter dinner supper flower tower river member-number tender"
    " reminder border laser cover drawer customer-number cluster date-time timer buffer scooter tracker"
    " planner organizer-tool ledger burger ladder plant restaurant variant consultant-fee grant constant"
    " document amount payment event apartment department equipment shipment appointment treatment"
    " ingredient component talent content comment fee committee coffee degree employee-number tree"
    " guarantee pedigree list wishlist checklist gist waitlist playlist".split()
)
_SUFFIX = re.compile(r"(er|or|ist|ian|ee|eer)$")


@lru_cache(maxsize=4_000)
def is_person(noun: str) -> bool:
    """Whether a noun in the singular is a person or a group of people that acts."""
    word = words.singular(noun)
    if word in _PEOPLE:
        return True
    if word in _NOT_PEOPLE or not word.isalpha():
        return False
    if not _SUFFIX.search(word) or len(word) < 5:
        return False
    stem = re.sub(r"(er|or|ee|eer)$", "", word)
    candidates = (stem, stem + "e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem)
    return word.endswith(("ist", "ian")) or any("VERB" in words.readings(c) for c in candidates)


def role_name(phrase: tuple[str, ...]) -> str:
    """snake_case name of the role."""
    return words.snake((*phrase[:-1], words.singular(phrase[-1])))[:40]
