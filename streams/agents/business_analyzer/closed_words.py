"""Words of closed classes: small finite lists that English grammar gives, not the domain."""

from __future__ import annotations

DETERMINERS = frozenset(
    "a an the each every any all some no this that these those both either neither another several many"
    " few one's multiple various".split()
)
POSSESSIVES = frozenset(["my", "your", "his", "her", "its", "our", "their", "whose"])
PRONOUNS = frozenset(
    "i you he she it we they them him us me nobody everyone everybody anyone anybody someone somebody"
    " noone nothing others themselves itself".split()
)
PREPOSITIONS = frozenset(
    "of in on at by for with from into onto to as per against within without under over above below"
    " between during through across towards toward via about than behind beyond except including like"
    " among upon until till since plus".split()
)
CONJUNCTIONS = frozenset(["and", "or", "but", "nor", "&", "then"])
SUBORDINATORS = frozenset(
    "if when whenever once after before while unless because so although though where whereby until"
    " as_soon_as otherwise which that who whom what how why whether".split()
)
MODALS = frozenset(
    "can could may might must shall should will would cannot can't won't mustn't needn't".split()
)
BE_FORMS = frozenset("is are was were be been being am isn't aren't".split())
HAVE_FORMS = frozenset(["has", "have", "had", "having", "hasn't", "haven't"])
DO_FORMS = frozenset(["do", "does", "did", "don't", "doesn't", "didn't"])
NEGATIONS = frozenset(["not", "never", "no_longer"])
NEGATIVE_FORMS = frozenset(
    "cannot can't won't mustn't needn't isn't aren't don't doesn't didn't hasn't haven't not never".split()
)
ADVERBS = frozenset(
    "also only just never always already automatically then too again later first finally optionally"
    " usually normally typically immediately directly still even ever once twice online currently"
    " additionally furthermore moreover exactly quickly easily simply together afterwards thereafter now"
    " here there very not at_least at_most freely exclusively hourly publicly".split()
)
ADJECTIVE_ADVERBS = frozenset(
    "first last daily weekly monthly yearly nightly hourly quarterly early online late".split()
)
# After these 'to' is a preposition: 'assigned to repair requests'.
TIED = frozenset(
    "assigned linked attached connected added related allocated belong belongs tied refers refer".split()
)
NUMBER_WORDS = {
    "zero": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "fifteen": "15",
    "twenty": "20",
    "twenty-four": "24",
    "thirty": "30",
    "forty-five": "45",
    "forty-eight": "48",
    "sixty": "60",
    "ninety": "90",
    "hundred": "100",
    "dozen": "12",
}
# Words that the lexicon also knows as verbs, but that requirements use as names of data.
NOUN_FIRST = frozenset(
    "name title price date time number amount status state category type kind staff people person email"
    " e-mail phone mail address image photo picture note floor room table table hotel dish currency"
    " colour color city country company customer patient member stock level unit quantity volume weight"
    " size rate point total value sum salary budget project team department branch store shop menu bill"
    " item line text message subject topic description reason comment page model brand code key file"
    " document url link website hour minute day week month year period deadline milestone task issue"
    " ticket event seat capacity quota duration length width height distance age gender birth dose"
    " dosage trip van vehicle car truck driver parcel package container warehouse supplier vendor"
    " account balance currency receipt cost expense income fee fine tax percent percentage discount"
    " coupon voucher gift card question answer test exam grade score course class lesson student teacher"
    " trainer guest host party group user role right permission ingredient recipe calorie nutrition"
    " species breed animal pet owner condition priority severity risk slot shift station stage phase"
    " step source target origin destination route flight train bus boat visa passport nurse doctor ward"
    " bed lab sample diagnosis symptom allergy vaccine treatment equipment machine tool part asset"
    " device serial barcode sku label tag mark star interest skill bank iban lead deal opportunity"
    " campaign channel partner contact contract clause term language odometer mileage fuel plate reading"
    " license licence insurance claim policy premium tenant landlord property house flat apartment"
    " building garden kitchen waiter chef court field pitch lane pool locker".split()
)
COLLECTIVES = frozenset("staff people nobody everyone personnel management team crew police public".split())
IRREGULAR_PARTICIPLES = frozenset(
    "sent paid held sold lost won done made taken given shown seen kept left lent bought brought built"
    " chosen drawn driven forgotten found gone grown known led met put read run set shut split spent"
    " stored torn told thought understood withdrawn written overdrawn begun broken due frozen hidden"
    " born worn overdue fed hit let rented cut quit reset".split()
)
# Verbs that requirements begin an order with, though the lexicon knows most of them as nouns too.
IMPERATIVES = frozenset(
    "show list export report record track store keep print display send notify warn alert remind search"
    " filter view plan schedule book register manage build create add update delete remove calculate"
    " compute sum count allow let support provide offer prevent restrict lock archive import upload"
    " download group sort".split()
)
