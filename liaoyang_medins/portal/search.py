"""Search: numbers lead to their object, names to a list; always within what the actor may see.

What is typed never stands in an address: it is kept under an opaque key (kernel/web/terms.py).
"""

import re
from collections.abc import Callable
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Collate, Left, Replace
from django.urls import reverse

from claims import selectors as claims
from claims.catalogues import selectors as catalogues
from claims.handover import selectors as handover
from claims.inspections import selectors as inspections
from claims.misuse import selectors as misuse
from claims.models import Reversal
from claims.outpatient import selectors as outpatient
from claims.reimbursement import selectors as reimbursement
from enrollment.bankfiles import selectors as bankfiles
from enrollment.cards import numbering as cards
from enrollment.cards.selectors import cards_visible_to
from enrollment.contributions import selectors as contributions
from enrollment.households import selectors as households
from enrollment.registration import idnumber
from enrollment.registration import selectors as registration
from enrollment.registration.models import Enrollment, Resident
from funds import selectors as funds
from funds.bank import selectors as bank
from funds.paying import selectors as paying
from funds.selectors import account
from funds.watch import selectors as watch
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor

NUMBER = re.compile(r"([A-Z]{1,2})([0-9]{4})-?([0-9]{1,12})")
# Whatever has this many digits may be somebody's number: it is not shown again.
SENSITIVE_DIGITS = 6
AT_MOST = 50
# Of how many people with a character in their name the first in order are shown.
READ = 300
# As the indexes have them (portal/migrations/0003).
SOUNDS = Collate(Replace(F("pinyin"), Value(" "), Value(""), output_field=CharField()), "C")
SURNAME = Left("name", 1)


def is_sensitive(text: str) -> bool:
    """Whether `text` has so many digits that it may be somebody's number, which no page repeats."""
    return sum(char.isdecimal() for char in text) >= SENSITIVE_DIGITS


# --- numbers -------------------------------------------------------------------------------------------------------

Visible = Callable[[Actor], QuerySet[Any]]


def _residents(actor: Actor) -> QuerySet[Resident]:
    return registration.residents_visible_to(actor)


def _enrollments(actor: Actor) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(resident__in=registration.residents_visible_to(actor))


def _reversals(actor: Actor) -> QuerySet[Reversal]:
    return Reversal.objects.filter(settlement__in=claims.settlements_visible_to(actor))


# Letters of a number (kernel/numbers.py) → what the actor sees of its kind, the page, and the field that the page
# is addressed by. An app that draws another kind of number adds it here.
KINDS: dict[str, tuple[Visible, str, str]] = {
    "P": (_residents, "resident", "number"),
    "R": (registration.registrations_visible_to, "registration", "number"),
    "E": (_enrollments, "resident", "resident__number"),
    "N": (contributions.notices_visible_to, "notice", "number"),
    "C": (contributions.receipts_visible_to, "receipt", "number"),
    "K": (bankfiles.bank_files_visible_to, "bank-file", "number"),
    "S": (claims.stays_visible_to, "stay", "number"),
    "J": (claims.settlements_visible_to, "settlement", "number"),
    "V": (_reversals, "settlement", "settlement__number"),
    "T": (claims.referrals_visible_to, "referral", "number"),
    "Z": (handover.lists_visible_to, "handover-list", "number"),
    "X": (outpatient.approvals_visible_to, "outpatient-approval", "number"),
    "B": (funds.statements_visible_to, "statement", "number"),
    "A": (funds.subsidy_receipts_visible_to, "statement", "statement__number"),
    "F": (households.households_visible_to, "household", "number"),
    "M": (misuse.cases_visible_to, "misuse-case", "number"),
    "W": (reimbursement.visible_to, "reimbursement", "number"),
    "Q": (reimbursement.lists_visible_to, "payment-list", "number"),
    "U": (reimbursement.payments_visible_to, "payment-list", "list__number"),
    "O": (inspections.reports_visible_to, "report", "number"),
    "I": (inspections.inspections_visible_to, "inspection", "number"),
    "FD": (account.documents_visible_to, "entered-document", "number"),
    "FB": (bank.statements_visible_to, "bank-statement", "number"),
    "FM": (bank.matches_visible_to, "match", "number"),
    "MD": (paying.declarations_visible_to, "declaration", "number"),
    "PB": (paying.batches_visible_to, "payment-batch", "number"),
    "PI": (paying.payments_visible_to, "declaration", "declaration__number"),
    "WF": (watch.findings_visible_to, "watch-finding", "number"),
    "CV": (catalogues.versions_visible_to, "catalogue-version", "number"),
}


def find_number(text: str, actor: Actor) -> str | None:
    """The address of the one object with the number `text` that the actor may see, else None."""
    plain = idnumber.plain(text)
    match = NUMBER.fullmatch(plain)
    if match is None or match[1] not in KINDS:
        return None
    visible, url_name, field = KINDS[match[1]]
    number = f"{match[1]}{match[2]}-{int(match[3]):07d}"
    if match[1] == "P":
        number = registration.number_led_to(number) or number
    found = visible(actor).filter(number=number).values_list(field, flat=True).first()
    return reverse(url_name, args=[found]) if found else None


def find_id_number(text: str, actor: Actor) -> str | None:
    """The address of the resident with the ID number `text` (18 or 15 places), or of a hospital's one stay of them.

    None where the number belongs to nobody whom the actor may see. Raises Invalid where it cannot be an ID number.
    """
    person = _with_id_number(text)
    if person is None:
        return None
    if registration.residents_visible_to(actor).filter(pk=person.pk).exists():
        return reverse("resident", args=[person.number])
    stays = list(claims.stays_visible_to(actor).filter(resident=person).values_list("number", flat=True)[:2])
    return reverse("stay", args=[stays[0]]) if len(stays) == 1 else None


def _with_id_number(text: str) -> Resident | None:
    """Whoever has this ID number, wherever they live; that of a merged record leads to the other. Raises Invalid."""
    return registration.resident_with(idnumber.parse(text, today=clock.today()).number)


def find_card(text: str, actor: Actor) -> str | None:
    """The address of the card with the number `text`, typed or read, where the actor may see it; else None."""
    found = cards_visible_to(actor).filter(number=cards.plain(text)).values_list("number", flat=True).first()
    return reverse("card", args=[found]) if found else None


def elsewhere(text: str, actor: Actor) -> Resident | None:
    """The person with the ID number `text` whose record the actor cannot see and may ask the transfer of. All that may
    be shown is the community.
    """
    if not actor.may("transfers.ask") or not idnumber.looks_like(text):
        return None
    try:
        person = _with_id_number(text)
    except Invalid:
        return None
    if person is None or registration.residents_visible_to(actor).filter(pk=person.pk).exists():
        return None
    return person


def find(text: str, actor: Actor) -> str | None:
    """The address of what `text`, an ID number or another number, names; None where there is nothing or several."""
    if idnumber.looks_like(text):
        try:
            return find_id_number(text, actor)
        except Invalid:
            return None
    return find_card(text, actor) if cards.is_card_number(text) else find_number(text, actor)


# --- names ---------------------------------------------------------------------------------------------------------


def residents_named(text: str, actor: Actor) -> QuerySet[Resident]:
    """The residents whom the actor may see with `text` in their name, or whose pinyin starts with it."""
    residents = registration.residents_visible_to(actor).annotate(sounds=SOUNDS).order_by("sounds", "number")
    name = "".join(text.split())
    if not name:
        return residents.none()
    if name.isascii():
        return residents.filter(sounds__startswith=name.lower())
    return registration.with_name(residents, name)


def first_named(text: str, actor: Actor, at_most: int) -> list[Resident]:
    """The first of them in the order of their sounds, `at_most`; of a single character those first whose surname it
    is.

    What very many have in their names is not looked through to the end: of those who are left, the first READ that
    PostgreSQL finds are put in order.
    """
    name = "".join(text.split())
    if not name or name.isascii():
        return list(residents_named(name, actor)[:at_most])
    residents = registration.residents_visible_to(actor).annotate(sounds=SOUNDS).order_by("sounds", "number")
    others = registration.with_name(registration.residents_visible_to(actor), name)
    found: list[Resident] = []
    if len(name) == 1:
        found += residents.alias(surname=SURNAME).filter(surname=name)[:at_most]
        others = others.exclude(name__startswith=name)
    if len(found) < at_most:
        some = list(others.select_related(None).order_by().values_list("pk", flat=True)[:READ])
        found += residents.filter(pk__in=some)[: at_most - len(found)]
    return found
