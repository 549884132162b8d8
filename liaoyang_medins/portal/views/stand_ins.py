"""Stand-ins during leave: who stands in for whom at one's office, and naming them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.offices import leave
from liaoyang_medins.kernel.offices.models import Posting, StandIn, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.offices.selectors import colleagues, heads, stand_ins_seen_by
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of
from liaoyang_medins.kernel.web.forms import DateField


class PostingChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic class at work
    """One of the postings, by holder, role and office."""

    def label_from_instance(self, obj: Posting) -> str:
        return f"{obj.user} · {obj.get_role_display()} · {obj.office.label}"


class StandInForm(forms.Form):
    """Who stands in for whom, from when to when. An administrator types the deputy's user name, who may be anybody."""

    posting = PostingChoice(
        label=gettext_lazy("Who is on leave"), queryset=Posting.objects.none(), empty_label=gettext_lazy("Choose")
    )
    deputy = forms.CharField(label=gettext_lazy("Who stands in"), max_length=150)
    starts = DateField(label=gettext_lazy("From"))
    ends = DateField(label=gettext_lazy("Until"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=100, required=False)

    def __init__(
        self, *args: Any, postings: "QuerySet[Posting]", deputies: "QuerySet[User] | None", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        posting = self.fields["posting"]
        if isinstance(posting, forms.ModelChoiceField):
            posting.queryset = postings
        if deputies is None:
            self.fields["deputy"].help_text = _("The user name, as it is typed at sign-in.")
        else:
            options = [(user.username, f"{user} ({user.username})") for user in deputies]
            self.fields["deputy"] = forms.ChoiceField(
                label=gettext_lazy("Who stands in"), choices=[("", _("Choose")), *options]
            )

    def clean_deputy(self) -> User:
        found = User.objects.filter(username=self.cleaned_data["deputy"]).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this user name."))
        return found


def form_of(request: ActorRequest) -> StandInForm | None:
    """The form for who may name stand-ins here: an administrator (for the person in the address), the head."""
    actor, today = request.actor, clock.today()
    postings = Posting.objects.in_force(today).select_related("user", "office").order_by("user__username", "id")
    data = request.POST or None
    if actor.may("users.manage"):
        username = request.GET.get("user", "")
        if not username:
            return None
        return StandInForm(data, postings=postings.filter(user__username=username), deputies=None)
    if actor.office is None or not heads(actor, actor.office, today):
        return None
    of_office = postings.filter(office=actor.office).exclude(role=Role.ADMINISTRATOR)
    return StandInForm(data, postings=of_office, deputies=colleagues(actor.office, today))


@allowed("stand_ins.name")
@require_http_methods(["GET", "POST"])
def stand_ins(request: ActorRequest) -> HttpResponse:
    """Who stands in for whom at the actor's office; its head and administrators name them here."""
    actor, today = request.actor, clock.today()
    form = form_of(request)
    if request.method == "POST":
        if form is None:
            raise NotAllowed(_("The head of the office or an administrator names who stands in."), code="not_the_head")
        if form.is_valid():
            data = form.cleaned_data
            try:
                leave.name_stand_in(
                    posting_id=data["posting"].pk,
                    deputy_id=data["deputy"].pk,
                    starts=data["starts"],
                    ends=data["ends"],
                    reason=data["reason"],
                    by=actor,
                )
            except NotAllowed:
                raise
            except DomainError as error:
                add_domain_error(form, error)
            else:
                messages.success(request, _("The stand-in is named. They choose the posting in the account menu."))
                return redirect("stand-ins")
    page = page_of(request, stand_ins_seen_by(actor, today))
    context = {
        "page": page,
        "rows": [(row, state_of(row)) for row in page],
        "form": form,
        "may_end": actor.may("users.manage") or heads(actor, actor.office, today),
        "of_administrator": actor.may("users.manage"),
    }
    return render(request, "portal/stand_ins.html", context, status=422 if form is not None and form.errors else 200)


def state_of(row: StandIn) -> str:
    """Whether it runs, is to come, is over or was withdrawn."""
    today = clock.today()
    if row.withdrawn:
        return "withdrawn"
    if row.ends < today:
        return "over"
    return "running" if row.starts <= today else "coming"


@allowed("stand_ins.name")
@require_POST
def stand_in_end(request: ActorRequest, pk: int) -> HttpResponse:
    """The holder of the posting is back."""
    row = get_object_or_404(stand_ins_seen_by(request.actor, clock.today()), pk=pk)
    leave.end_stand_in(stand_in_id=row.pk, by=request.actor)
    messages.success(request, _("Nobody stands in any more."))
    return redirect("stand-ins")
