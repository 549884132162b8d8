"""The page on which a stay is examined by a clerk and released by somebody else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from claims import labels, selectors, services
from claims.facts import institution_on, local, overlapping, stays_of
from claims.forms.reviews import AskReversalForm, CutForm, ProposeForm, ReleaseForm, RestoreForm, SendBackForm
from claims.models import FeeLine, Review, Stay
from claims.services.holding import second_person_needed, usual_of
from claims.services.records import entered_by, examined_by
from claims.services.reviewing import asked_by
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause, ReviewReason
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .claim import provisional_sheet, sheet_of
from .common import attempt
from .desk import TONES

Status = Review.Status


@allowed("reviews.see")
@require_GET
def stay_review(request: ActorRequest, number: str) -> HttpResponse:
    """The review of a stay: the open one, else the last; why it is here, what a clerk found, its lines."""
    review = latest(request, number)
    return redirect("stay", number) if review is None else review_page(request, review)


def latest(request: ActorRequest, number: str) -> Review | None:
    """The open review of the stay, else the last; None where it never had one. Http404 where there is no such stay."""
    get_object_or_404(selectors.stays_visible_to(request.actor), number=number)
    return selectors.reviews_visible_to(request.actor).filter(stay__number=number).order_by("-pk").first()


def review_page(request: ActorRequest, review: Review, form: forms.Form | None = None) -> HttpResponse:
    """The page, with a form that was refused to be put right there."""
    stay, actor = review.stay, request.actor
    shown = sheet_of(review.settlement) if review.settlement else provisional_sheet(stay)
    examining = review.status == Status.WAITING and actor.may("reviews.examine")
    releasing = review.status == Status.PROPOSED and actor.may("reviews.release")
    fund = shown.amounts.get("fund")
    blocked = why_not_release(review, fund, actor) if releasing else ""
    cutting = examining and review.kind == Review.Kind.SETTLEMENT
    page = page_of(request, stay.lines.select_related("cut__made_by").order_by("-denied", "on", "id"))
    refused = {"propose": ProposeForm, "back": SendBackForm}
    own = {name: form if isinstance(form, kind) else None for name, kind in refused.items()}
    context = {
        "review": review,
        "stay": stay,
        "tone": TONES[review.status],
        "looked_at": looked_at(review),
        "cause_label": labels.label(Cause(stay.cause)),
        "admitted_at": local(stay.admitted_at),
        "shown": shown,
        "form": form,
        "propose_form": (own["propose"] or ProposeForm(review=review)) if examining else None,
        "release_form": ReleaseForm(initial={"version": review.version, "fund": fund})
        if releasing and not blocked and fund is not None
        else None,
        "back_form": (own["back"] or SendBackForm(initial={"version": review.version})) if releasing else None,
        "blocked": blocked,
        "page": page,
        "rows": [(line, line_form(line, review, form) if cutting else None) for line in page],
        "cutting": cutting,
        "usual_cuts": usual_cuts() if cutting else [],
        "entries": timeline(audit.entries_of("claims.stay", stay.number)),
    }
    return render(request, "claims/desk_stay.html", context, status=422 if form is not None and form.errors else 200)


def line_form(line: FeeLine, review: Review, refused: forms.Form | None) -> forms.Form:
    mine = isinstance(refused, CutForm) and refused.data.get("line") == line.line_number
    return refused if refused is not None and mine else CutForm(line=line, review=review)


def usual_cuts() -> list[str]:
    """What is usually said of a line that is denied."""
    return [
        _("Not needed for the treatment"),
        _("Not done, or not on record"),
        _("More than was needed"),
        _("Does not belong to this illness"),
        _("Billed twice"),
    ]


def why_not_release(review: Review, fund: Any, actor: Actor) -> str:
    """Why who looks at the stay does not release it; empty where they may. The service checks it all again."""
    if fund is None:
        return _("It cannot be calculated: send it back.")
    if entered_by(review.stay, actor):
        return _("You entered something of this stay: a colleague releases it.")
    if asked_by(review, actor):
        return _("You asked for this reversal: a colleague releases it.")
    if not second_person_needed(review.stay, fund, clock.today()):
        return ""
    if review.examined_by_id == actor.user_id or examined_by(review.stay, actor):
        return _("You examined this yourself: a colleague releases it.")
    return "" if actor.role is Role.AGENCY_REVIEWER else _("A reviewer releases it or sends it back.")


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A reason in words, what it is about in a line, and the other stays that it points to."""

    label: str
    about: str
    stays: list[Stay]


def looked_at(review: Review) -> list[LookedAt]:
    """What is to be looked at, reason by reason."""
    return [about(ReviewReason(code), review) for code in review.reasons]


def about(reason: ReviewReason, review: Review) -> LookedAt:
    """One reason with the facts behind it."""
    stay, others, said = review.stay, list[Stay](), ""
    if reason is ReviewReason.OVERLAP:
        others = overlapping(stay, stays_of(stay.resident_id), clock.today())
        said = _("Both cannot have had the person: compare the days with the records of both institutions.")
    elif reason is ReviewReason.INJURY:
        said = _("The cause decides whether the fund pays (Art. 26): ask how it happened.")
    elif reason is ReviewReason.EMERGENCY_OUTSIDE:
        known = institution_on(stay.institution, stay.admitted_on)
        grade = labels.label(known.grade) if known.grade else "—"
        said = _("%(grade)s, not designated: was it an emergency (Art. 20, 24)?") % {"grade": grade}
    elif reason is ReviewReason.TRANSFER:
        number = stay.referral.number if stay.referral else "—"
        said = _("Referral: %(number)s. Was it approved by the day of admission (Art. 23, 24)?") % {"number": number}
    elif reason is ReviewReason.UNUSUAL_COST:
        usual = usual_of(stay)
        if usual is not None:
            said = _("Half of this institution's last %(count)s stays cost less than %(median)s yuan.") % {
                "count": usual.settlements,
                "median": f"{usual.median:,.2f}",
            }
    elif reason is ReviewReason.REVERSAL:
        said = review.asked
    elif reason is ReviewReason.EXAMINED:
        said = found_before(review)
    return LookedAt(labels.label(reason), said, others)


def found_before(review: Review) -> str:
    """What the last review before this one found, and what was denied in it."""
    earlier = review.stay.reviews.filter(pk__lt=review.pk, examined_on__isnull=False).order_by("-pk").first()
    if earlier is None:
        return _("Lines of it were denied before: see the timeline.")
    return _("On %(day)s: %(finding)s") % {"day": earlier.examined_on, "finding": earlier.finding}


# --- what is done ----------------------------------------------------------------------------------------------------


def done(
    request: ActorRequest,
    number: str,
    make: Callable[[Review], forms.Form],
    verb: Callable[[dict[str, Any]], object],
    said: str,
    *,
    stays: bool = False,
) -> HttpResponse:
    """Do what a form of the page asks for: on to the next stay of the queue, or (`stays`) back to this one."""
    review = latest(request, number)
    if request.method != "POST":
        return redirect("stay-review", number)
    if review is None:
        raise Http404
    form = make(review)
    if form.is_valid() and attempt(form, lambda: (verb(form.cleaned_data), True)) is not None:
        messages.success(request, said)
        return redirect("stay-review", number) if stays else on_to_next(request)
    return review_page(request, latest(request, number) or review, form)


def on_to_next(request: ActorRequest) -> HttpResponse:
    """The stay that waits longest for who looks; the queue where none does."""
    waiting = selectors.reviews_waiting_for(request.actor).first()
    return redirect("desk") if waiting is None else redirect("stay-review", waiting.stay.number)


@allowed("reviews.examine")
def review_propose(request: ActorRequest, number: str) -> HttpResponse:
    """The clerk has examined the stay."""

    def verb(data: dict[str, Any]) -> object:
        cause = Cause(data["cause"]) if data.get("cause") else None
        return services.propose(
            stay_number=number, finding=data["finding"], cause=cause, version=data["version"], by=request.actor
        )

    return done(
        request,
        number,
        lambda review: ProposeForm(request.POST, review=review),
        verb,
        _("%(number)s: examined. Somebody else releases it.") % {"number": number},
    )


@allowed("reviews.examine")
def review_cut(request: ActorRequest, number: str) -> HttpResponse:
    """Deny a part of a fee line, or all of it."""

    def verb(data: dict[str, Any]) -> object:
        return services.cut_line(
            stay_number=number,
            line_number=data["line"],
            amount=data["amount"],
            reason=data["reason"],
            version=data["version"],
            by=request.actor,
        )

    return done(
        request,
        number,
        lambda review: CutForm(request.POST, line=posted_line(request, review), review=review),
        verb,
        _("Denied; the calculation goes by it."),
        stays=True,
    )


def posted_line(request: ActorRequest, review: Review) -> FeeLine:
    lines = review.stay.lines.select_related("cut")
    return get_object_or_404(lines, line_number=request.POST.get("line", ""))


@allowed("reviews.examine")
def review_restore(request: ActorRequest, number: str) -> HttpResponse:
    """Take back what was denied of a fee line."""

    def verb(data: dict[str, Any]) -> object:
        return services.restore_line(
            stay_number=number, line_number=data["line"], version=data["version"], by=request.actor
        )

    said = _("Nothing of the line is denied any more.")
    return done(request, number, lambda review: RestoreForm(request.POST), verb, said, stays=True)


@allowed("reviews.release")
def review_release(request: ActorRequest, number: str) -> HttpResponse:
    """Release the stay: it is settled, or its settlement reversed."""

    def verb(data: dict[str, Any]) -> object:
        return services.release(stay_number=number, fund=data["fund"], version=data["version"], by=request.actor)

    said = _("%(number)s: released.") % {"number": number}
    return done(request, number, lambda review: ReleaseForm(request.POST), verb, said)


@allowed("reviews.release")
def review_send_back(request: ActorRequest, number: str) -> HttpResponse:
    """Send the stay back to the clerk."""

    def verb(data: dict[str, Any]) -> object:
        return services.send_back(stay_number=number, note=data["note"], version=data["version"], by=request.actor)

    said = _("%(number)s: sent back to be examined again.") % {"number": number}
    return done(request, number, lambda review: SendBackForm(request.POST), verb, said)


@allowed("reviews.release")
def review_deny(request: ActorRequest, number: str) -> HttpResponse:
    """Leave a paid settlement as it is."""

    def verb(data: dict[str, Any]) -> object:
        return services.deny_reversal(stay_number=number, note=data["note"], version=data["version"], by=request.actor)

    said = _("The settlement stays as it is.")
    return done(request, number, lambda review: SendBackForm(request.POST), verb, said)


@allowed("stays.reverse")
def settlement_ask_reversal(request: ActorRequest, number: str) -> HttpResponse:
    """An institution asks the agency to reverse what was paid to it (A4)."""
    found = get_object_or_404(selectors.settlements_visible_to(request.actor), number=number)
    if request.method != "POST":
        return redirect("stay", found.stay.number)
    form = AskReversalForm(request.POST)
    if form.is_valid():
        try:
            services.reverse_settlement(number=number, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("The settlement is reversed."))
        except Refused as error:
            if error.code != "paid_out":
                raise
            messages.success(request, _("The agency was asked and decides."))
    else:
        messages.error(request, _("Say why it should be reversed."))
    return redirect("stay", found.stay.number)
