"""Pages of collections: the list, handing in, one with what became of each line, its payment, its withdrawal."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.cockpit.selectors.sums import window_year
from enrollment.contributions.models import Receipt
from enrollment.contributions.views.receipts import reason_of
from enrollment.lists.labels import class_label
from liaoyang_medins.kernel import clock, numbers
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of, sum_of

from . import selectors, services
from .forms import CollectionFilter, HandInForm, RecordCollectionForm, ReturnCollectionForm, WhoseForm, WithdrawForm
from .models import Collection, CollectionLine
from .papers import collection_paper
from .selectors import Due

Status = Collection.Status
SORTS = {"number": ("number",), "school": ("school__name", "number"), "amount": ("amount", "number")}


@allowed("collections.see")
@require_GET
def collection_list(request: ActorRequest) -> HttpResponse:
    """The collections of a school, or of all."""
    form = CollectionFilter(request.GET)
    rows = selectors.collections_visible_to(request.actor)
    if form.is_valid():
        rows = filtered(rows, **form.cleaned_data)
    sort = request.GET.get("sort", "")
    if fields := SORTS.get(sort.removeprefix("-")):
        rows = rows.order_by(*[f"-{field}" for field in fields] if sort.startswith("-") else fields)
    page = page_of(request, rows)
    context = {
        "filter_form": form,
        "page": page,
        "sum": sum_of(page, rows, "amount"),
        "waiting": selectors.waiting(request.actor).count(),
        "may_record": request.actor.may("receipts.record"),
    }
    return render(request, "collecting/collections.html", context)


def filtered(rows: QuerySet[Collection], q: str, status: str, year: str) -> QuerySet[Collection]:
    """The collections that the filters let through."""
    if q := q.strip():
        by_number = numbers.looks_like_one(q)
        rows = rows.filter(number=q.upper()) if by_number else rows.filter(school__name__contains=q)
    if status:
        rows = rows.filter(status=status)
    return rows.filter(contribution_year=int(year)) if year else rows


@allowed("collections.hand_in")
@require_http_methods(["GET", "POST"])
def collection_new(request: ActorRequest) -> HttpResponse:
    """Tick who has paid, by class; sum it up, or hand it in."""
    school, year = asked_school(request), asked_year(request)
    dues = selectors.dues_of(school, year, clock.today())
    form = HandInForm(request.POST or None, numbers=request.POST.getlist("row"))
    handing_in = request.method == "POST" and request.POST.get("action") != "sum"
    if handing_in and form.is_valid():
        made = handed_in(request, form, school, year)
        if made is not None:
            messages.success(request, _("Handed in. Print the list and let it go with the money."))
            return redirect("collection", made.number)
    shown = of_class(dues, request.GET.get("in_class", ""))
    ticked = set(request.POST.getlist("row"))
    chosen = [due for due in shown if due.notice.number in ticked and due.collection is None]
    context: dict[str, Any] = {
        "school": school,
        "year": year,
        "form": form if handing_in else HandInForm(initial=kept(request), numbers=[]),
        "filter_form": whose_form(request, school, year, dues),
        "rows": shown,
        "ticked": ticked,
        "chosen": len(chosen),
        "sum": selectors.sum_of_dues(chosen),
        "left": selectors.sum_of_dues(due for due in shown if due.collection is None),
    }
    if request.headers.get("HX-Request") and not handing_in:
        return render(request, "collecting/_sum.html", context)
    return render(request, "collecting/new.html", context, status=422 if handing_in else 200)


def handed_in(request: ActorRequest, form: HandInForm, school: Office, year: int) -> Collection | None:
    """What was handed in; None where it was refused, which stands in the form."""
    submission: UUID = form.cleaned_data["submission"]
    try:
        return services.hand_in(
            submission=submission,
            school_code=school.code,
            contribution_year=year,
            notices=form.cleaned_data["row"],
            by=request.actor,
        )
    except DomainError as error:
        add_domain_error(form, error)
        return None


def kept(request: ActorRequest) -> dict[str, str]:
    """The mark of the form, the same for as long as it is only summed up."""
    submission = request.POST.get("submission")
    return {"submission": submission} if submission else {}


def asked_school(request: ActorRequest) -> Office:
    """The school that the address names, or the first of the actor's. Raises Http404."""
    schools = selectors.schools_of(request.actor)
    code = request.GET.get("school", "")
    found = schools.filter(code=code).first() if code else schools.first()
    if found is None:
        raise Http404
    return found


def asked_year(request: ActorRequest) -> int:
    """The contribution year that the address names, or that of the window."""
    year = request.GET.get("year", "")
    usual = window_year(clock.today())
    return int(year) if year.isascii() and year.isdigit() and abs(int(year) - usual) < 100 else usual


def key_of(due: Due) -> str:
    """How the address names a class."""
    return f"{due.grade or 0}-{due.class_name}"


def of_class(dues: list[Due], in_class: str) -> list[Due]:
    """Those of a class; all where none is asked for."""
    return [due for due in dues if not in_class or key_of(due) == in_class]


def whose_form(request: ActorRequest, school: Office, year: int, dues: list[Due]) -> WhoseForm:
    """The filters above the list, as the address sets them."""
    schools = [(row.code, row.label) for row in selectors.schools_of(request.actor)]
    classes = {key_of(due): class_label(due.grade, due.class_name) for due in dues}
    given = {"school": school.code, "year": str(year), "in_class": request.GET.get("in_class", "")}
    form = WhoseForm(given, schools=schools, classes=list(classes.items()))
    form.is_valid()
    return form


def found_collection(request: ActorRequest, number: str) -> Collection:
    return get_object_or_404(selectors.collections_visible_to(request.actor), number=number)


def what_became(line: CollectionLine) -> dict[str, Any]:
    """A line with what became of it, in words."""
    return {
        "line": line,
        "in_class": class_label(line.grade, line.class_name),
        "reason": reason_of(line.receipt) if line.receipt else "",
    }


@allowed("collections.see")
@require_GET
def collection(request: ActorRequest, number: str) -> HttpResponse:
    """One collection, line by line with what became of each."""
    found = found_collection(request, number)
    lines = list(selectors.lines_of(found))
    receipts = [line.receipt for line in lines if line.receipt is not None]
    settled = [receipt for receipt in receipts if receipt.status == Receipt.Status.MATCHED]
    context = {
        "collection": found,
        "rows": [what_became(line) for line in lines],
        "settled": len(settled),
        "unsettled": len(receipts) - len(settled),
        "settled_sum": sum(receipt.amount for receipt in settled),
        "may_withdraw": found.status == Status.HANDED_IN and request.actor.may("collections.hand_in"),
        "may_record": found.status == Status.HANDED_IN and request.actor.may("receipts.record"),
        "may_return": found.status == Status.PAID and request.actor.may("receipts.resolve"),
        "was_paid": found.status in (Status.PAID, Status.RETURNED),
        "sees_receipts": request.actor.may("receipts.see"),
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "collecting/collection.html", context)


@allowed("collections.see")
@require_GET
def collection_print(request: ActorRequest, number: str) -> HttpResponse:
    """The collection on paper, to go with the money."""
    found = found_collection(request, number)
    paper = collection_paper(found, list(selectors.lines_of(found)))
    return show(request, paper, back_url=found.get_absolute_url())


@allowed("receipts.record")
@require_http_methods(["GET", "POST"])
def collection_record(request: ActorRequest, number: str) -> HttpResponse:
    """Record the payment that came for it."""
    found = found_collection(request, number)
    if request.method == "GET" and found.status != Status.HANDED_IN:
        return redirect("collection", found.number)
    form = RecordCollectionForm(request.POST or None, initial={"version": found.version, "paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.record_collection(number=found.number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The payment was recorded."))
            return redirect("collection", found.number)
    context = {"collection": found, "form": form}
    return render(request, "collecting/record.html", context, status=422 if form.errors else 200)


@allowed("receipts.resolve")
@require_http_methods(["GET", "POST"])
def collection_return(request: ActorRequest, number: str) -> HttpResponse:
    """The bank took the payment of a collection back: all of it goes back (C8)."""
    found = found_collection(request, number)
    if request.method == "GET" and found.status != Status.PAID:
        return redirect("collection", found.number)
    waiting = selectors.open_returns_of(found, request.actor) if found.status == Status.PAID else []
    said = {services.key_of_return(line): line for line in waiting}
    named = said.get(request.GET.get("return", "")) or next(iter(waiting), None)
    form = ReturnCollectionForm(
        request.POST or None,
        initial={
            "version": found.version,
            "bank_return": services.key_of_return(named) if named else "",
            "returned_on": named.day if named else clock.today(),
            "note": named.words if named else "",
        },
        returns=[(key, f"{key} {line.file.bank_name} {line.day} {line.stated}") for key, line in said.items()],
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.return_collection(number=found.number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Every payment of the collection went back; its notices are unpaid."))
            return redirect("collection", found.number)
    receipts = [line.receipt for line in selectors.lines_of(found) if line.receipt is not None]
    before = [receipt for receipt in receipts if receipt.status == Receipt.Status.RETURNED]
    context = {
        "collection": found,
        "form": form,
        "settled": sum(receipt.status == Receipt.Status.MATCHED for receipt in receipts),
        "before": len(before),
        "before_sum": sum((receipt.amount for receipt in before), ZERO),
    }
    return render(request, "collecting/return.html", context, status=422 if form.errors else 200)


@allowed("collections.hand_in")
@require_http_methods(["GET", "POST"])
def collection_withdraw(request: ActorRequest, number: str) -> HttpResponse:
    """Take a collection back before it is paid."""
    found = found_collection(request, number)
    if request.method == "GET" and found.status != Status.HANDED_IN:
        return redirect("collection", found.number)
    form = WithdrawForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(number=found.number, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The collection was withdrawn. Its notices can be handed in again."))
            return redirect("collection", found.number)
    context = {"collection": found, "form": form}
    return render(request, "collecting/withdraw.html", context, status=422 if form.errors else 200)
