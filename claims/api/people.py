"""A person at the counter of an institution: found by card or number, never a list of people (1101)."""

from django.utils.translation import gettext as _

from claims import labels
from claims.facts import benefit_days, category_on, institution_on, referral_counts
from claims.models import Stay
from claims.selectors import entitlement, find_resident
from enrollment.cards.models import InsuranceCard
from enrollment.cards.selectors import present_card
from enrollment.registration.models import Resident
from enrollment.registration.selectors import survivor_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor

from . import answers

Status = InsuranceCard.Status
WAYS = ("card_number", "id_number", "person_number")


def look_up(*, by: Actor, **given: str) -> dict[str, object]:
    """The one person that a card, an ID number or a personal number leads to. Who looked is on record.

    Invalid where there is none, Refused for a card that nobody is treated on.
    """
    by.require("stays.enter")
    way, text = next((way, given[way]) for way in WAYS if way in given)
    resident = holder_of(text) if way == "card_number" else resident_by(way, text)
    category = category_on(resident, clock.today())
    audit.record(by=by, verb="persons.look_up", obj=resident, resident=resident.number, changes={"way": way})
    return answers.person(resident, category.value, present_card(resident))


def resident_by(way: str, text: str) -> Resident:
    try:
        return find_resident(text, today=clock.today())
    except Invalid as error:
        code = error.code if error.code == "person_unknown" else "id_number"
        raise Invalid(error.message, code=code, field=way) from error


def holder_of(card_number: str) -> Resident:
    """Whose card it is. Refused where nobody is treated on it (S1, W7)."""
    card = InsuranceCard.objects.select_related("resident__community").filter(number=card_number.strip()).first()
    if card is None:
        raise Invalid(_("There is no card with this number."), code="card_unknown", field="card_number")
    if card.status == Status.SUSPENDED:
        raise Refused(_("The card is suspended because of a misuse."), code="card_suspended", field="card_number")
    if card.status == Status.LOST:
        raise Refused(_("The card was reported lost."), code="card_lost", field="card_number")
    if card.status in (Status.REPLACED, Status.ENDED):
        raise Refused(_("The card is out of use."), code="card_out_of_use", field="card_number")
    return survivor_of(card.resident)


def require_card_of(person_number: str, card_number: str) -> None:
    """Raise Refused unless the card is the person's and in use."""
    if holder_of(card_number).number != person_number:
        raise Refused(_("This card is somebody else's."), code="card_of_another", field="card_number")


def require_entitled(stay: Stay) -> None:
    """Raise Refused for an admission for which nothing can ever be paid as far as the records know: the institution's
    agreement is not in force on its day, and it is neither an emergency nor an approved transfer; or the person has
    no benefits on that day or later. Days before the benefits begin are no obstacle, they only do not count (A1).
    """
    on = stay.admitted_on
    designated = institution_on(stay.institution, on).designated
    if not (designated or stay.emergency or referral_counts(stay, designated=designated)):
        raise Refused(
            _("Your institution's agreement is not in force on %(day)s.") % {"day": on},
            code="agreement_not_in_force",
            field="admitted_at",
        )
    if not any(last >= on for _first, last in benefit_days(stay.resident).spans):
        found = entitlement(stay.resident, on, stay.institution, emergency=stay.emergency)
        raise Refused(
            _("This person has no benefits on %(day)s or later.") % {"day": on},
            code="not_entitled",
            field="resident",
            reasons=[labels.label(reason) for reason in found.reasons],
        )
