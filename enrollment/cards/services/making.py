"""Making certificates and cards for those who have paid, and extending them (W7, Art. 11): a run over all who are due,
of the whole city or one community, and singly at the counter.

A relationship has one card; a further paid year is entered into its certificate. Where its card was taken out of use
and it goes on again, it gets another. Whoever is due is locked and looked at anew, so that two runs at once, or a run
and a clerk, make one card.
"""

import datetime
import hashlib
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from enrollment.registration.services.common import locked_resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Examples, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import insert_all

from .. import selectors
from ..models import CertificateTerm, InsuranceCard
from ..numbering import draw_numbers

Cause = InsuranceCard.Cause
NAME = "cards"
EVERYBODY = "all"
# A lot takes about a second.
RESIDENTS_PER_LOT = 500

FIGURES = (
    Figure("cards", gettext_lazy("New cards")),
    Figure("renewals", gettext_lazy("Certificates extended")),
)


# --- starting --------------------------------------------------------------------------------------------------------


def start_making(*, community: str = "", by: Actor, dry_run: bool = False, calls: bool = True) -> Run:
    """Start the run that makes what is due today, for one community (its code) or everybody; returns it, or the live
    one of the same people (W7).

    Raises Invalid for a code of no community; Refused where nothing is due; NotAllowed.
    """
    by.require("cards.make")
    parameters = {"community": community}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, dry_run=dry_run, calls=calls)


def due_in(parameters: Parameters, on: datetime.date) -> QuerySet[ContributionNotice]:
    """What is due by `on` for the people whom the run is for."""
    due = selectors.due(on)
    code = parameters["community"]
    return due.filter(resident__community__code=code) if code else due


def plan(run: Run) -> Plan:
    """Lots of residents, in the order of their keys."""
    code = run.parameters["community"]
    if code and not Office.objects.filter(kind=Office.Kind.COMMUNITY, code=code).exists():
        raise Invalid(_("Choose a community."), code="no_community", field="community")
    keys = due_in(run.parameters, run.business_date).order_by("resident").values_list("resident", flat=True).distinct()
    found = list(keys)
    if not found:
        raise Refused(_("No certificate is due."), code="nothing_due")
    lots = [found[place : place + RESIDENTS_PER_LOT] for place in range(0, len(found), RESIDENTS_PER_LOT)]
    return Plan([{"first": lot[0], "last": lot[-1]} for lot in lots], policy_on(run.business_date))


# --- the kind --------------------------------------------------------------------------------------------------------


def begin(run: Run) -> str:
    """What is made is named after the run."""
    return run.number


def work(run: Run, parameters: Parameters) -> Outcome:
    """Make what is due for the residents of a lot."""
    keys = _due_in_lot(run, parameters).values("resident")
    list(Resident.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
    cards, renewals = make_due(_due_in_lot(run, parameters), on=run.business_date, run=run.number, by=run.actor)
    said = sorted([*(f"card {notice.number}" for notice in cards), *(f"term {notice.number}" for notice in renewals)])
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest() if said else ""
    return Outcome({"cards": len(cards), "renewals": len(renewals)}, digest=digest)


def look(run: Run, parameters: Parameters) -> Outcome:
    """How many `work` would make and extend, with the first of them."""
    found = list(_in_order(_due_in_lot(run, parameters)))
    new, renewals = parted(found)
    rows = [
        [notice.resident.number, notice.resident.name, notice.resident.community.code, str(notice.contribution_year)]
        for notice in found[:EXAMPLES]
    ]
    return Outcome({"cards": len(new), "renewals": len(renewals)}, examples=rows)


def _due_in_lot(run: Run, parameters: Parameters) -> QuerySet[ContributionNotice]:
    lot = due_in(run.parameters, run.business_date)
    return lot.filter(resident__gte=parameters["first"], resident__lte=parameters["last"])


def finish(run: Run) -> None:
    """Nothing is left to do: what was made waits at the agency, to be handed to the communities."""


def take_back(run: Run) -> None:
    """Cards of the run that are still at the agency are gone again, and with them what it entered into certificates.
    Who has got a card meanwhile keeps it with its first term.
    """
    cards = InsuranceCard.objects.filter(run=run.number)
    kept = cards.exclude(status=InsuranceCard.Status.MADE).values("enrollment")
    terms = CertificateTerm.objects.filter(run=run.number)
    taken = terms.exclude(notice__enrollment__in=kept)
    changes = {"cards": cards.filter(status=InsuranceCard.Status.MADE).count(), "terms": taken.count()}
    taken.delete()
    cards.filter(status=InsuranceCard.Status.MADE).delete()
    audit.record(by=run.actor, verb="cards.discard", obj=run, changes=changes)


def about(parameters: Parameters) -> str:
    """Whom the run is for, in words."""
    if not parameters["community"]:
        return _("Everybody who is due")
    office = Office.objects.filter(code=parameters["community"]).first()
    return office.label if office else str(parameters["community"])


def with_communities(examples: Examples) -> Examples:
    """The examples with the communities' names in place of their codes."""
    codes = {row[2] for row in examples}
    names = {office.code: office.label for office in Office.objects.filter(code__in=codes)}
    return [[number, name, names.get(code, code), year] for number, name, code, year in examples]


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Certificates and cards"),
    verb="cards.make",
    under="cards",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Personal number")),
        Heading(gettext_lazy("Name")),
        Heading(gettext_lazy("Community")),
        Heading(gettext_lazy("Contribution year"), of_figures=True),
    ),
    key=lambda parameters: str(parameters["community"] or EVERYBODY),
    title=about,
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    finish=finish,
    take_back=take_back,
    link=lambda number: (_("Cards of the run %(number)s") % {"number": number}, f"{reverse('cards')}?run={number}"),
    shown=with_communities,
)


# --- making ----------------------------------------------------------------------------------------------------------


def _in_order(due: QuerySet[ContributionNotice]) -> QuerySet[ContributionNotice]:
    rows = due.select_related("resident__community", "enrollment", "certificate_term")
    return rows.order_by("resident", "contribution_year", "pk")


def parted(
    due: Iterable[ContributionNotice],
) -> tuple[list[ContributionNotice], list[ContributionNotice]]:
    """Those whose relationship gets its card by them, and those that extend one."""
    notices = list(due)
    has_card = set(_live_cards(notice.enrollment_id for notice in notices))
    new: list[ContributionNotice] = []
    renewals: list[ContributionNotice] = []
    for notice in notices:
        if notice.enrollment_id not in has_card:
            new.append(notice)
            has_card.add(notice.enrollment_id)
        elif not _entered(notice):
            renewals.append(notice)
    return new, renewals


def _entered(notice: ContributionNotice) -> bool:
    """Whether a certificate of the relationship said it already, maybe one that is out of use."""
    return getattr(notice, "certificate_term", None) is not None


def make_due(
    due: QuerySet[ContributionNotice], *, on: datetime.date, run: str = "", by: Actor
) -> tuple[list[ContributionNotice], list[ContributionNotice]]:
    """Make the cards of these notices and enter their terms, the residents being locked; returns those that made a
    card and those that extended one.
    """
    notices = list(_in_order(due))
    new, renewals = parted(notices)
    numbers = draw_numbers(new[0].resident.community.code, len(new)) if new else []
    over = InsuranceCard.objects.filter(
        enrollment__in=[notice.enrollment_id for notice in new], status=InsuranceCard.Status.ENDED
    )
    again = set(over.values_list("enrollment", flat=True))
    cards = [
        InsuranceCard(
            number=number,
            resident=notice.resident,
            enrollment=notice.enrollment,
            cause=Cause.REOPENED if notice.enrollment_id in again else Cause.FIRST,
            since=on,
            made_on=on,
            made_by_id=by.user_id,
            run=run,
        )
        for number, notice in zip(numbers, new, strict=True)
    ]
    insert_all(cards)
    written = [*new, *renewals]
    insert_all([CertificateTerm(notice=notice, entered_on=on, run=run) for notice in written if not _entered(notice)])
    of_enrollment = _live_cards(notice.enrollment_id for notice in written)
    made, told = {notice.pk for notice in new}, {notice.pk for notice in written}
    audit.record_all(
        audit.entry(
            by=by,
            verb="cards.make" if notice.pk in made else "cards.renew",
            obj=of_enrollment[notice.enrollment_id],
            resident=notice.resident.number,
            changes={"notice": notice.number, "year": notice.contribution_year}
            | ({"cause": Cause.REOPENED} if notice.pk in made and notice.enrollment_id in again else {}),
        )
        for notice in notices
        if notice.pk in told
    )
    return new, renewals


def _live_cards(enrollments: Iterable[int]) -> dict[int, InsuranceCard]:
    """The card that each of these relationships has, by their keys."""
    rows = InsuranceCard.objects.filter(enrollment__in=set(enrollments), status__in=InsuranceCard.LIVE)
    return {card.enrollment_id: card for card in rows}


@transaction.atomic
def make_card(*, resident_number: str, by: Actor) -> InsuranceCard:
    """Make the card of one resident now, or extend it by what was paid, also while the window is open; returns it.

    Refused where nothing is paid that a card in use does not say already; NotAllowed.
    """
    by.require("cards.make")
    resident = locked_resident(resident_number, by)
    today = clock.today()
    due = selectors.due(today, early=True).filter(resident=resident)
    new, renewals = make_due(due, on=today, by=by)
    if not new and not renewals:
        raise Refused(
            _("Nothing is to be made for this person: every paid year that runs is in the certificate."),
            code="nothing_due",
        )
    enrollment = (new or renewals)[-1].enrollment
    live = InsuranceCard.objects.filter(enrollment=enrollment, status__in=InsuranceCard.LIVE)
    return live.select_related("resident", "enrollment").get()
