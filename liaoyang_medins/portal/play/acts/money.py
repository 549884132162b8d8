"""Notices and the money that comes in for them, or does not (W5, W6, W8, C6, C8)."""

from decimal import Decimal

from django.db.models import QuerySet

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.contributions.services import Payment, beginning, closing, opening
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import Statement

from ..steps import Again, Moot, Step, act
from ..who import agency, community_of, registration_of, resident_of, reviewer

Status = ContributionNotice.Status
UNKNOWN = "N1999-"


def notice_of(step: Step) -> ContributionNotice:
    """The newest notice of the person: the renewal for the year that the step names, else the first one of the
    registration. Moot where none was made.
    """
    year = step.args.get("year")
    if year:
        found = _renewal.first(resident_of(step.who).pk, year)
    else:
        found = _first.first(registration_of(step.args.get("form", step.who)).pk)
    if found is None:
        raise Moot
    return found


@Statement
def _renewal(resident: int, year: int) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.select_related("resident").order_by("-pk")
    return rows.filter(resident=resident, contribution_year=year, kind="renewal")[:1]


@Statement
def _first(registration: int) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.select_related("resident").order_by("-pk")
    return rows.filter(enrollment__registration=registration).exclude(kind="renewal")[:1]


def done(kind: str, key: str) -> bool:
    """Whether a run of that kind and key was started today and has finished."""
    runs = Run.objects.filter(kind=kind, key=key, dry_run=False, status=Run.Status.FINISHED)
    return runs.filter(business_date=clock.today()).exists()


@act()
def open_window(step: Step) -> None:
    """The agency opens the window: everybody who goes on gets the notice (W5)."""
    year = step.args["year"]
    if done(opening.NAME, str(year)):
        raise Again
    run = services.open_window(contribution_year=year, by=agency(), calls=False)
    runs.work_off(number=run.number)


# Who died, moved away or is in another scheme by now renews nothing; nor does who paid for the next year with the
# first notice, or grew too old (E4).
NOTHING_TO_RENEW = ("not_eligible", "no_enrollment", "never_paid", "already_paid", "window_closed")


@act(may=NOTHING_TO_RENEW)
def renew(step: Step) -> None:
    """Somebody asks for the notice for the next year, at the community or the agency."""
    resident = resident_of(step.who)
    by = agency() if step.args["at_agency"] else community_of(resident)
    services.make_renewal_notice(resident_number=resident.number, contribution_year=step.args["year"], by=by)


@act(may=("no_enrollment", "not_eligible", "window_closed", "unchanged"))
def remake(step: Step) -> None:
    """Made anew: a fact changed, the term ran out or the bank took the payment back."""
    notice = notice_of(step)
    if notice.issued_on == clock.today():
        raise Again
    if notice.status not in (Status.OPEN, Status.LAPSED, Status.RETURNED):
        raise Moot
    services.remake_notice(number=notice.number, by=agency())


@act(again=("reference_taken",))
def pay(step: Step) -> None:
    """Money comes in: the amount due and `off` yuan more, with the bank's value date, known today."""
    args = step.args
    notice = notice_of(step)
    due = notice.personal + args.get("off", Decimal(0))
    services.record_payment(
        stated_notice=UNKNOWN + args["reference"][:7] if args.get("unknown") else notice.number,
        amount=max(due, Decimal("0.5")),
        paid_on=args.get("dated", step.day),
        channel=args.get("channel", "bank"),
        bank_reference=args["reference"],
        payer=notice.resident.name,
        by=agency(),
    )


@act()
def bank(step: Step) -> None:
    """A bank or a school tells of the payments of a day, each exactly what is due."""
    lines, year = step.args["lines"], step.args["year"]
    notices = ContributionNotice.objects.select_related("resident").order_by("pk")
    notices = notices.filter(resident__id_number__in=[who for who, _ in lines], contribution_year=year, kind="renewal")
    newest = {notice.resident.id_number: notice for notice in notices}
    payments = [
        Payment(
            stated_notice=newest[who].number,
            amount=newest[who].personal,
            paid_on=step.day,
            channel=step.args["channel"],
            bank_reference=reference,
            payer=newest[who].resident.name,
        )
        for who, reference in lines
        if who in newest
    ]
    if not payments:
        raise Moot
    if not any(services.record_payments(payments=payments, by=agency())):
        raise Again


def receipt_of(step: Step) -> Receipt:
    """The receipt with the bank reference of the step. Moot where the payment was never made."""
    found = Receipt.objects.filter(bank_reference=step.args["reference"]).first()
    if found is None:
        raise Moot
    return found


@act(may=("after_end", "paid_twice", "outside_term", "short", "over"))
def assign(step: Step) -> None:
    """A reviewer finds out which notice an unmatched payment was for."""
    receipt = receipt_of(step)
    if receipt.status != Receipt.Status.UNMATCHED:
        raise Again
    services.assign_receipt(
        number=receipt.number, version=receipt.version, notice_number=notice_of(step).number, by=reviewer()
    )


@act()
def give_back(step: Step) -> None:
    """The bank took a payment back, or one that settled nothing is paid back. `only` names the state that it has to
    be in.
    """
    receipt = receipt_of(step)
    if receipt.status == Receipt.Status.RETURNED:
        raise Again
    if receipt.status != step.args["only"]:
        raise Moot
    services.return_receipt(
        number=receipt.number,
        version=receipt.version,
        returned_on=step.day,
        note=step.args["note"],
        by=reviewer(),
    )


@act()
def close_window(step: Step) -> None:
    """The agency closes the window: what was not paid lapses (W8)."""
    year = step.args["year"]
    if done(closing.NAME, str(year)):
        raise Again
    runs.work_off(number=services.close_window(contribution_year=year, by=agency(), calls=False).number)


@act(may=("nothing_begins",))
def start_benefits(step: Step) -> None:
    """The benefits of the year begin, and that is recorded (B3)."""
    if done(beginning.NAME, step.day.isoformat()):
        raise Again
    runs.work_off(number=services.start_benefits(by=agency(), calls=False).number)


@act()
def lapse(step: Step) -> None:
    """What was not paid in its term lapses, as it does every night."""
    services.lapse_unpaid(on=step.day, by=Actor.job("play"))


@act()
def follow(step: Step) -> None:
    """Paid notices follow the moves that became known since, as they do every night."""
    services.follow_moves(by=Actor.job("play"))
