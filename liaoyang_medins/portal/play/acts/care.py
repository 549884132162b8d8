"""Stays and referrals (D, A)."""

import datetime
import uuid
from decimal import Decimal

from django.db.models import QuerySet

from claims import services
from claims.data import AdmissionData, LineData
from claims.models import Institution, Referral, Review, Settlement, Stay
from claims.services.holding import open_review
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause, ReviewReason
from liaoyang_medins.kernel.statements import Statement

from ..steps import Again, Moot, Step, act, submission
from ..who import agency, clerk, resident_of, reviewer

S = Stay.Status


def desk(step: Step) -> Actor:
    """Who enters the stay: the institution's own people, or the agency where it has none."""
    code = str(step.args["institution"])
    return agency() if step.args.get("at_agency") else clerk(Role.HOSPITAL, code)


def moment(day: datetime.date, hour: int) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=clock.SHANGHAI)


def form_of(step: Step) -> uuid.UUID:
    return submission("stay", step.args["institution"], step.args["number"])


@Statement
def _stay(form: uuid.UUID) -> QuerySet[Stay]:
    return Stay.objects.filter(submission=form).order_by()


def stay_of(step: Step) -> Stay:
    found = _stay.first(form_of(step))
    if found is None:
        raise Moot
    return found


def at(step: Step, status: str) -> Stay:
    """The stay of the step in the state that the step needs. Again where it is in another."""
    stay = stay_of(step)
    if stay.status != status:
        raise Moot if stay.status == S.CANCELLED else Again
    return stay


@act(may=("already_admitted",))
def admit(step: Step) -> None:
    args = step.args
    resident = resident_of(step.who)
    if Stay.objects.filter(submission=form_of(step)).exists():
        raise Again
    on = args.get("on", step.day)
    services.admit(
        admission=AdmissionData(
            resident_number=resident.number,
            inpatient_number=args["number"],
            admitted_at=moment(on, 9),
            diagnosis=args["diagnosis"],
            institution=args["institution"],
            emergency=args.get("emergency", False),
            card_presented_at=moment(on, 9) if args.get("card", True) else None,
            cause=Cause(args.get("cause", "illness")),
            transfer_stated=args.get("transfer", False),
        ),
        submission=form_of(step),
        by=desk(step),
    )


def line(stated: tuple[str, datetime.date, str, str, str]) -> LineData:
    number, on, code, quantity, price = stated
    return LineData(on, code, Decimal(quantity), Decimal(price), line_number=number)


@act()
def add_lines(step: Step) -> None:
    stay = at(step, S.ADMITTED)
    wanted = [line(row) for row in step.args["lines"]]
    if stay.lines.filter(line_number=wanted[0].line_number).exists():
        raise Again
    services.add_lines(stay_number=stay.number, lines=wanted, version=stay.version, by=desk(step))


@act()
def remove_lines(step: Step) -> None:
    stay = at(step, S.ADMITTED)
    if not stay.lines.filter(line_number__in=step.args["numbers"]).exists():
        raise Again
    services.remove_lines(
        stay_number=stay.number, line_numbers=step.args["numbers"], version=stay.version, by=desk(step)
    )


@act()
def discharge(step: Step) -> None:
    stay = at(step, S.ADMITTED)
    services.discharge(stay_number=stay.number, discharged_on=step.day, version=stay.version, by=desk(step))


@act()
def cancel_discharge(step: Step) -> None:
    stay = at(step, S.DISCHARGED)
    services.cancel_discharge(stay_number=stay.number, reason="费用漏录", version=stay.version, by=desk(step))


@act()
def cancel_admission(step: Step) -> None:
    stay = stay_of(step)
    if stay.status == S.CANCELLED:
        raise Again
    services.cancel_admission(stay_number=stay.number, reason="未办理入院", version=stay.version, by=desk(step))


@act(again=("already_settled",))
def settle(step: Step) -> None:
    """By the hospital, or the agency's reviewer where the agency entered it. What the agency has to look at first, a
    clerk examines and the reviewer releases, unless the step is there to be refused.
    """
    stay = at(step, S.DISCHARGED)
    by = reviewer() if step.args.get("at_agency") else desk(step)
    total = sum((row.amount for row in stay.lines.all()), Decimal(0))
    try:
        services.settle_stay(stay_number=stay.number, stated_total=total, version=stay.version, by=by)
    except services.HeldForReview:
        if "held_for_review" in step.refused:
            raise
        review = open_review(stay)
        if review is not None and review.status == Review.Status.WAITING:
            propose(stay, review, "经核实，情况属实")
        services.release(stay_number=stay.number, by=reviewer())


def propose(stay: Stay, review: Review, finding: str) -> None:
    """An injury has a cause: nobody else had a hand in it."""
    asked = ReviewReason.INJURY in review.reasons
    services.propose(
        stay_number=stay.number,
        finding=finding,
        cause=Cause.ACCIDENT if asked else None,
        version=review.version,
        by=agency(),
    )


@act()
def examine(step: Step) -> None:
    """A clerk denies the lines that the step names, whole or in part, and proposes to settle the rest."""
    stay = at(step, S.DISCHARGED)
    review = open_review(stay)
    if review is None or review.status != Review.Status.WAITING or review.finding == step.args["finding"]:
        raise Again
    for number, amount in step.args.get("denied", ()):
        services.cut_line(
            stay_number=stay.number,
            line_number=number,
            amount=Decimal(amount) if amount else None,
            reason="病历无记录",
            by=agency(),
        )
    review.refresh_from_db()
    propose(stay, review, step.args["finding"])


@act()
def send_back_review(step: Step) -> None:
    """The reviewer wants something looked at once more."""
    review = open_review(at(step, S.DISCHARGED))
    if review is None or review.status != Review.Status.PROPOSED or review.note == step.args["note"]:
        raise Again
    services.send_back(stay_number=review.stay.number, note=step.args["note"], version=review.version, by=reviewer())


@act(again=("already_settled",))
def release(step: Step) -> None:
    """The reviewer releases what a clerk examined."""
    review = open_review(at(step, S.DISCHARGED))
    if review is None or review.status != Review.Status.PROPOSED:
        raise Again
    services.release(stay_number=review.stay.number, version=review.version, by=reviewer())


@act(may=("not_latest",), again=("already_reversed",))
def reverse(step: Step) -> None:
    """The `place`-th settlement of the stay is undone, by the hospital or by the agency's reviewer."""
    place = step.args.get("place", 0)
    rows = list(Settlement.objects.filter(stay=stay_of(step)).order_by("sequence"))
    if len(rows) <= place:
        raise Moot
    if not rows[place].live:
        raise Again
    by = reviewer() if step.args.get("by_reviewer") else desk(step)
    services.reverse_settlement(number=rows[place].number, reason=step.args["reason"], by=by)


def referral_of(step: Step) -> Referral:
    rows = Referral.objects.filter(
        resident=resident_of(step.who),
        issued_on=step.args["issued"],
        to_institution__code=step.args["to"],
    )
    found = rows.order_by("pk").first()
    if found is None:
        raise Moot
    return found


@act()
def refer(step: Step) -> None:
    args = step.args
    resident = resident_of(step.who)
    if Referral.objects.filter(resident=resident, issued_on=args["issued"], to_institution__code=args["to"]).exists():
        raise Again
    services.request_referral(
        resident_number=resident.number,
        from_institution=args["institution"],
        to_institution=args["to"],
        diagnosis=args["diagnosis"],
        reason="本地医院条件有限，需转外地治疗",
        issued_on=args["issued"],
        valid_until=args["issued"] + datetime.timedelta(days=30),
        by=desk(step),
    )


@act()
def decide_referral(step: Step) -> None:
    referral = referral_of(step)
    if referral.status != Referral.Status.REQUESTED:
        raise Again
    if step.args["approved"]:
        services.approve_referral(number=referral.number, by=reviewer())
    else:
        services.deny_referral(number=referral.number, reason="本市定点医院可以治疗", by=reviewer())


def institutions() -> list[Institution]:
    """All institutions, by code."""
    return list(Institution.objects.order_by("code"))
