"""Users and their postings, for the administrator."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enrollment.registration.models import RegistrationDraft
from enrollment.registration.services import leaving
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices import leave, services
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of

from .. import services as portal
from ..forms import EditUser, EndPosting, HandOverDrafts, NewPassword, NewPosting, NewUser, RoleChoice, UserFilter

SORTS = ("username", "name")


@allowed("users.manage")
@require_GET
def users(request: ActorRequest) -> HttpResponse:
    """All users with their postings in force."""
    form = UserFilter(request.GET or None)
    rows = User.objects.all()
    asked = form.cleaned_data if form.is_valid() else {}
    if asked.get("q"):
        rows = rows.filter(Q(username__icontains=asked["q"]) | Q(name__icontains=asked["q"]))
    if asked.get("role"):
        posted = Posting.objects.in_force(clock.today()).filter(role=asked["role"])
        rows = rows.filter(pk__in=posted.values("user_id"))
    if asked.get("active"):
        rows = rows.filter(is_active=asked["active"] == "yes")
    sort = request.GET.get("sort", "")
    rows = rows.order_by(sort if sort.removeprefix("-") in SORTS else "username", "pk")
    rows = rows.prefetch_related(
        Prefetch(
            "postings",
            queryset=Posting.objects.in_force(clock.today()).select_related("office").order_by("id"),
            to_attr="in_force",
        )
    )
    return render(request, "portal/users.html", {"filter_form": form, "page": page_of(request, rows)})


@allowed("users.manage")
def user_new(request: ActorRequest) -> HttpResponse:
    """A new user; then the page of the first posting."""
    form = NewUser(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_user(**form.cleaned_data, by=request.actor)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The user is created. Give the person a posting now."))
            return redirect("posting-new", user.username)
    return render(request, "portal/user_new.html", {"form": form})


def user_page(request: ActorRequest, user: User, **forms: Any) -> HttpResponse:
    """The user's page, with forms that were refused in place of fresh ones."""
    edit = forms.get("form") or EditUser(initial={"name": user.name, "active": user.is_active})
    today = clock.today()
    postings = list(user.postings.select_related("office").order_by("-starts", "-id"))
    return render(
        request,
        "portal/user.html",
        {
            "person": user,
            "form": edit,
            "password_form": forms.get("password_form") or NewPassword(prefix="new"),
            "postings_of": [
                (
                    posting,
                    "past" if posting.ends and posting.ends < today else "now" if posting.starts <= today else "later",
                )
                for posting in postings
            ],
            "entries": timeline(audit.entries_of("offices.user", user.username)),
        },
    )


@allowed("users.manage")
def user(request: ActorRequest, username: str) -> HttpResponse:
    """A user: name, account, postings, and what was done to them."""
    person = get_object_or_404(User, username=username)
    if request.method != "POST":
        return user_page(request, person)
    form = EditUser(request.POST)
    if form.is_valid():
        try:
            services.change_user(user_id=person.pk, **form.cleaned_data, by=request.actor)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("user", person.username)
    return user_page(request, person, form=form)


@allowed("users.manage")
@require_POST
def user_password(request: ActorRequest, username: str) -> HttpResponse:
    """Give a user a new password."""
    person = get_object_or_404(User, username=username)
    form = NewPassword(request.POST, prefix="new")
    if form.is_valid():
        try:
            person = services.set_password(user_id=person.pk, **form.cleaned_data, by=request.actor)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            if person.pk == request.actor.user_id:
                update_session_auth_hash(request, person)
            messages.success(request, _("The new password holds from now on; open sessions of the user have ended."))
            return redirect("user", person.username)
    return user_page(request, person, password_form=form)


@allowed("users.manage")
def posting_new(request: ActorRequest, username: str) -> HttpResponse:
    """Post a user: the role first (in the address), then the office and the days."""
    person = get_object_or_404(User, username=username)
    role_form = RoleChoice(request.GET or None)
    context: dict[str, Any] = {"person": person, "role_form": role_form}
    if not role_form.is_valid():
        return render(request, "portal/posting_new.html", context)
    role = role_form.cleaned_data["role"]
    form = NewPosting(request.POST or None, role=role, initial={"starts": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.add_posting(
                user_id=person.pk,
                role=role,
                office_id=data["office"].pk,
                starts=data["starts"],
                ends=data["ends"],
                by=request.actor,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The posting is added."))
            return redirect("user", person.username)
    return render(request, "portal/posting_new.html", {**context, "form": form, "role": Role(role)})


@allowed("users.manage")
def posting_end(request: ActorRequest, posting_id: int) -> HttpResponse:
    """End a posting on a day; what its holder began and did not submit goes to a colleague."""
    posting = get_object_or_404(Posting.objects.select_related("user", "office"), pk=posting_id)
    drafts = list(leaving.drafts_of(posting.user, posting.office))
    others = leaving.successors(posting.user, posting.office, clock.today()) if drafts else []
    form = EndPosting(request.POST or None, successors=others, initial={"ends": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            portal.end_posting(
                posting_id=posting.pk,
                ends=form.cleaned_data["ends"],
                colleague_id=form.cleaned_data.get("colleague"),
                by=request.actor,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The posting has its last day."))
            return redirect("user", posting.user.username)
    context = {
        "posting": posting,
        "form": form,
        "drafts": drafts,
        "cases": leaving.cases_of(posting.user, posting.office),
    }
    return render(request, "portal/posting_end.html", context)


@allowed("users.manage")
@require_POST
def posting_head(request: ActorRequest, posting_id: int) -> HttpResponse:
    """Say whether a posting heads its office."""
    posting = get_object_or_404(Posting.objects.select_related("user"), pk=posting_id)
    leave.set_head(posting_id=posting.pk, head=request.POST.get("head") == "yes", by=request.actor)
    messages.success(request, _("Saved."))
    return redirect("user", posting.user.username)


@allowed("users.manage")
@require_GET
def work_left(request: ActorRequest) -> HttpResponse:
    """What people who have left began and nobody goes on with."""
    today = clock.today()
    left: dict[tuple[int, int], list[RegistrationDraft]] = {}
    for draft in leaving.left_behind(today):
        left.setdefault((draft.user_id, draft.office_id), []).append(draft)
    rows = [
        (
            drafts[0].user,
            drafts[0].office,
            len(drafts),
            HandOverDrafts(successors=leaving.successors(drafts[0].user, drafts[0].office, today), auto_id=False),
        )
        for drafts in left.values()
    ]
    return render(request, "portal/work_left.html", {"rows": rows})


@allowed("users.manage")
@require_POST
def work_hand_over(request: ActorRequest, username: str) -> HttpResponse:
    """Give what somebody began at an office to a colleague."""
    person = get_object_or_404(User, username=username)
    office = get_object_or_404(Office, code=request.POST.get("office", ""))
    form = HandOverDrafts(request.POST, successors=leaving.successors(person, office, clock.today()))
    if not form.is_valid():
        messages.error(request, _("Choose who goes on with the drafts."))
        return redirect("work-left")
    count = leaving.hand_over_drafts(
        user_id=person.pk, office_id=office.pk, colleague_id=form.cleaned_data["colleague"], by=request.actor
    )
    messages.success(request, _("%(count)s drafts are handed over.") % {"count": count})
    return redirect("work-left")
