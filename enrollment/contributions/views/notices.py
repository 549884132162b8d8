"""Pages of contribution notices."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.db.models import Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.registration import selectors as registration
from enrollment.registration.labels import label
from enrollment.registration.models import Registration, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import DomainError, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.policy.terms import Category, Tier
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of, sum_of

from .. import explaining, selectors, services
from ..assessment import Assessment
from ..forms import NoticeFilter, RecordForm, YearForm
from ..models import BenefitPeriod, ContributionNotice
from ..papers import notice_paper
from ..previews import Preview, preview_payment, preview_remake
from ..services.notices import assess_first
from ..services.parts import total_of

Status = ContributionNotice.Status
SORTS = {
    "number": ("number",),
    "name": ("resident__pinyin", "number"),
    "year": ("contribution_year", "number"),
    "amount": ("personal", "number"),
    "until": ("pay_until", "number"),
}


@allowed("notices.see")
@require_GET
def notice_list(request: ActorRequest) -> HttpResponse:
    """Notices of the residents of the actor's office."""
    form = NoticeFilter(request.GET)
    rows = selectors.notices_visible_to(request.actor)
    if form.is_valid():
        rows = filtered(rows, **form.cleaned_data)
    rows = rows.order_by(*order(request.GET.get("sort", "")))
    page = page_of(request, rows)
    context = {
        "filter_form": form,
        "page": page,
        "sum": sum_of(page, rows, "personal"),
    }
    return render(request, "contributions/notices.html", context)


def filtered(
    rows: QuerySet[ContributionNotice], q: str, status: str, kind: str, year: str
) -> QuerySet[ContributionNotice]:
    """The notices that the filters let through."""
    if q := q.strip():
        # What has a digit is a number. Both at once would have the tables read whole.
        if any(char.isdecimal() for char in q):
            led_to = registration.number_led_to(q.upper()) or q.upper()
            person = Resident.objects.filter(number=led_to).values("pk")[:1]
            rows = rows.filter(Q(number=q.upper()) | Q(resident=Subquery(person)))
        else:
            rows = rows.filter(resident__name__startswith=q)
    if status:
        rows = rows.filter(status=status)
    if kind:
        rows = rows.filter(kind=kind)
    if year:
        rows = rows.filter(contribution_year=int(year))
    return rows


def order(sort: str) -> list[str]:
    """The columns to order by; the newest notices first unless the address says otherwise."""
    fields = SORTS.get(sort.removeprefix("-"))
    if fields is None:
        return ["-contribution_year", "-number"]
    return [f"-{field}" for field in fields] if sort.startswith("-") else list(fields)


def found_notice(request: ActorRequest, number: str) -> ContributionNotice:
    return get_object_or_404(selectors.notices_visible_to(request.actor), number=number)


@allowed("notices.see")
@require_GET
def notice(request: ActorRequest, number: str) -> HttpResponse:
    """One notice: what is due and how it came about, what the payment buys or bought, and what can be done."""
    found = found_notice(request, number)
    main = selectors.main_of(found)
    today = clock.today()
    payable = found.status in (Status.OPEN, Status.LAPSED)
    paid = found.status == Status.PAID
    preview = preview_payment(found, today) if found.status == Status.OPEN else None
    held = selectors.held_for(found) if found.status == Status.OPEN else []
    periods = found.benefit_periods.select_related("notice__enrollment").order_by("starts")
    context = {
        "notice": found,
        "main": main,
        "joint": selectors.joint_of(found),
        "due": selectors.due_of(main),
        "held": held,
        "left": selectors.due_of(main) - total_of(held),
        "category": label(Category(found.category)),
        "tier": label(Tier(found.tier)),
        "lines": explaining.notice_lines(found),
        "cover_lines": explaining.cover_lines(found) if paid and found == main else [],
        "periods": [selectors.period_row(row, today) for row in periods],
        "preview": preview,
        "over": found.status == Status.OPEN and today > found.pay_until,
        "sees_receipts": request.actor.may("receipts.see"),
        "receipts": main.receipts.order_by("paid_on", "number") if request.actor.may("receipts.see") else [],
        "may_pay": payable and request.actor.may("receipts.record"),
        "may_remake": may_remake(found, request.actor, preview, today),
        "printable": found.status in (Status.OPEN, Status.PAID, Status.LAPSED),
        "late": selectors.late_payer(found.resident, today) if lapsed_renewal(found) else None,
        "today": today,
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "contributions/notice.html", context)


def lapsed_renewal(found: ContributionNotice) -> bool:
    """Whether it was for the year that its relationship did not go on for (W8)."""
    return found.status == Status.LAPSED and found.kind == ContributionNotice.Kind.RENEWAL


def may_remake(found: ContributionNotice, actor: Actor, preview: Preview | None, today: date) -> bool:
    """Whether the page offers to make the notice anew: where it would come out different; the service decides."""
    if found.replaced_by_id or found.enrollment.ends or not actor.may("notices.make"):
        return False
    if found.status != Status.OPEN:
        return found.status in (Status.LAPSED, Status.RETURNED)
    bought = preview.assessment if preview else None
    first_waits = found.kind != ContributionNotice.Kind.RENEWAL and bought is not None and bought.benefit.waits
    return today > found.pay_until or first_waits or bool(preview and preview.changed)


@allowed("notices.see")
@require_GET
def notice_print(request: ActorRequest, number: str) -> HttpResponse:
    """The notice on paper, for the resident and the bank."""
    found = selectors.main_of(found_notice(request, number))
    joint = selectors.joint_of(found)
    bought = BenefitPeriod.objects.filter(notice__in=[found, *([joint] if joint else [])], withdrawn_on=None)
    paper = notice_paper(
        found,
        joint,
        periods=list(bought),
        preview=preview_payment(found, clock.today()) if found.status == Status.OPEN else None,
        held=selectors.held_for(found),
    )
    return show(request, paper, back_url=found_url(found))


def found_url(found: ContributionNotice) -> str:
    return reverse("notice", args=[found.number])


@allowed("notices.make")
@require_POST
def renew(request: ActorRequest, number: str) -> HttpResponse:
    """Make the renewal notice of the next year and show it."""
    resident = get_object_or_404(registration.residents_visible_to(request.actor), number=number)
    made = services.make_renewal_notice(resident_number=resident.number, by=request.actor)
    messages.success(request, _("The notice for %(year)s stands.") % {"year": made.contribution_year})
    return redirect("notice", made.number)


@allowed("notices.make")
@require_http_methods(["GET", "POST"])
def remake(request: ActorRequest, number: str) -> HttpResponse:
    """What the notice would be if it was made anew today; then make it."""
    found = found_notice(request, number)
    today = clock.today()
    options = remake_options(found, today)
    sent = request.POST if request.method == "POST" else None
    form = YearForm(sent, initial={"next_year": options[0].value}, years=choices_of(options))
    if form.is_valid():
        made = services.remake_notice(number=found.number, by=request.actor, next_year=chosen(form, options))
        messages.success(request, _("The notice was made anew."))
        return redirect("notice", made.number)
    context = {"notice": found, "form": form, "options": options, "today": today}
    return render(request, "contributions/remake.html", context)


@allowed("registrations.record")
@require_http_methods(["GET", "POST"])
def record(request: ActorRequest, number: str) -> HttpResponse:
    """What the first notice of an approved registration would be; then take it into the records."""
    request.actor.require("notices.make")
    found = get_object_or_404(registration.registrations_visible_to(request.actor), number=number)
    if request.method == "GET" and found.status != Registration.Status.AT_AGENCY:
        return redirect("registration", found.number)
    today = clock.today()
    options = record_options(found, today)
    first = {"version": found.version, "next_year": "yes" if found.next_year else "no"}
    # The button of the registration's page says nothing of the year yet: who must wait is asked here.
    asked = request.method == "POST" and (len(options) == 1 or "next_year" in request.POST)
    form = RecordForm(request.POST if asked else None, initial=first, years=choices_of(options))
    if asked and form.is_valid():
        try:
            made = services.take_into_records(
                registration_number=found.number,
                version=form.cleaned_data["version"],
                next_year=chosen(form, options),
                by=request.actor,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Taken into the records. This is the contribution notice to hand out."))
            return redirect("notice", made.number)
    context = {"registration": found, "form": form, "options": options, "today": today}
    return render(request, "contributions/record.html", context)


@dataclass(frozen=True, slots=True)
class Option:
    """A notice that can be made: `value` is what the form posts for it."""

    value: str
    assessment: Assessment

    @property
    def words(self) -> str:
        return _("%(year)s: %(due)s yuan, benefits from %(starts)s to %(ends)s") % {
            "year": self.assessment.year,
            "due": self.assessment.due,
            "starts": self.assessment.starts,
            "ends": self.assessment.ends,
        }

    @property
    def lines(self) -> list[explaining.Line]:
        return explaining.assessment_lines(self.assessment)

    @property
    def cover_lines(self) -> list[explaining.Line]:
        return explaining.assessment_cover(self.assessment)


def record_options(found: Registration, today: date) -> list[Option]:
    """The first notice, and for who must wait the one for the year after (W6). Raises Refused."""
    now = Option("no", assess_first(found.resident, found, today, next_year=False))
    if not now.assessment.benefit.waits:
        return [now]
    return [now, Option("yes", assess_first(found.resident, found, today, next_year=True))]


def remake_options(found: ContributionNotice, today: date) -> list[Option]:
    """The notices that this one can be made anew as. Raises Conflict or Refused where there is none."""
    options, refused = [], None
    for value in ["no"] if found.kind == ContributionNotice.Kind.RENEWAL else ["no", "yes"]:
        try:
            options.append(Option(value, preview_remake(found, today, next_year=value == "yes")))
        except Refused as error:
            # The first reason is the one that matters: the year after is only a wish.
            refused = refused or error
    if refused and not options:
        raise refused
    return options


def choices_of(options: list[Option]) -> tuple[str, str] | None:
    return (options[0].words, options[1].words) if len(options) == 2 else None


def chosen(form: YearForm, options: list[Option]) -> bool:
    """Whether the year after was chosen, or is all that there is."""
    if len(options) == 2:
        return bool(form.cleaned_data["next_year"] == "yes")
    return options[0].value == "yes"
