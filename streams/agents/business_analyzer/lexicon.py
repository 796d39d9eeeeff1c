"""Words of business requirements by what they mean for the analysis."""

from __future__ import annotations

GENERIC_PARTS = frozenset("line item entry position row detail element".split())
# Nouns that never are a kind of record by themselves.
NOT_THINGS = frozenset(
    "report system service app application tool platform website software database overview dashboard"
    " list listing notification notice reminder warning alert email way thing information data detail"
    " access page screen form track feature functionality function rule constraint requirement total sum"
    " amount value number time day hour minute week month year status state history export import csv"
    " file pdf permission right api search filter sorting view statistic figure chart graph change"
    " update people everyone nobody staff user-interface interface management solution program portal"
    " site registration-form ability option one others rest end start use copy need process kind type"
    " sort part own today tomorrow past future moment account-of record-of confirmation calculation"
    " balance average percentage percent result outcome money online term note level low following"
    " backend frontend server computer phone tablet mobile everything anything something it them"
    " responsibility attempt conflict collision overlap double-booking availability capacity limit"
    " maximum minimum quota role stock company business organisation organization support help log trail"
    " audit login password more less second first last next previous same approval efficiency work"
    " job-to-be-done eye look care sense mind effort fleet warehouse error message entity record object"
    " resource".split()
)
# Words of values that can be things where they have attributes of their own.
DATA_THINGS = frozenset(
    "category subject course brand author publisher genre location venue city country language unit"
    " payment deposit address topic department supplier type source label tag price discount budget"
    " salary fee rate cost charge skill cuisine method purpose destination document photo picture image"
    " video attachment question answer review comment message reading score day start deadline note"
    " place slot season step stage file link table room fare fine rent premium tip donation record copy"
    " diagnosis observation finding instruction feedback error message entry warning help".split()
)
MAKING = frozenset(
    "create add record register enter submit store save log track manage maintain open post publish"
    " upload schedule plan issue raise file draft write place organise organize offer sell request"
    " propose report make define set-up keep list collect handle process administer administrate arrange"
    " prepare run hold receive take reserve order capture note insert host".split()
)
BOOKING = frozenset("book reserve order request rent".split())
# In the passive these say that such records are kept: 'decisions are written down'.
NOTING = frozenset("book enter write record log document note register capture collect".split())
ANYONE = frozenset(
    "everyone anyone nobody people everybody anybody person someone child owner head lead".split()
) - {
    "owner",
    "lead",
    "head",
}
# Verbs of keeping data, and what keeps them: 'the system stores', 'our clinic has'.
KEEPING = frozenset(
    "store keep record save hold register capture note track manage log collect maintain need want enter"
    " document remember".split()
)
CONTAINERS = frozenset(
    "system service app application tool platform website software database program portal solution site"
    " product-line company business warehouse clinic restaurant shop hotel store hospital school library"
    " office firm agency we it they organisation organization team conference university gym studio"
    " practice salon bakery cafe club museum municipality charity startup client management fleet menu"
    " roster catalogue catalog inventory list register calendar page dashboard screen form user interface api"
    " module backend".split()
)
