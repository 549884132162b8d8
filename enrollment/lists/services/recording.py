"""The agency takes the pupils of a school's list into its records: a run over the parts of the list (W4).

Each registration goes through the verb of the case's own page, by somebody who did not enter it.
"""

import hashlib

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.contributions.services import take_into_records
from enrollment.registration.models import Registration
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import Figure, Heading, Kind, Outcome, Parameters, Plan, Refused
from liaoyang_medins.kernel.runs.models import Run

from .. import selectors
from ..models import UploadedList

NAME = "list_records"


@transaction.atomic
def record_list(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Start the run that takes what waits of a school's list into the records; returns it, or the live one of the
    list. Raises NotAllowed.
    """
    by.require("registrations.record")
    if not selectors.lists_visible_to(by).filter(number=number, source=UploadedList.Source.SCHOOL).exists():
        raise NotAllowed(_("There is no such list at your office."), code="not_found")
    return runs.start_run(kind=NAME, parameters={"list": number}, by=by, calls=calls)


def plan(run: Run) -> Plan:
    """The parts of the list."""
    found = UploadedList.objects.get(number=run.parameters["list"])
    numbers = found.rows.order_by("part").values_list("part", flat=True).distinct()
    return Plan([{"part": part} for part in numbers], policy_on(run.business_date))


def _waiting(run: Run, parameters: Parameters) -> QuerySet[Registration]:
    found = UploadedList.objects.get(number=run.parameters["list"])
    return selectors.at_agency(found, part=parameters["part"]).order_by("pk")


def look(run: Run, parameters: Parameters) -> Outcome:
    """How many wait."""
    return Outcome({"recorded": _waiting(run, parameters).count()})


def work(run: Run, parameters: Parameters) -> Outcome:
    """Take the registrations of a part into the records; what the rules refuse by now stays where it is."""
    done, refusals = [], []
    for number, version in _waiting(run, parameters).values_list("number", "version"):
        try:
            with transaction.atomic(), audit.together():
                notice = take_into_records(registration_number=number, version=version, by=run.actor)
            done.append(notice.number)
        except DomainError as error:
            refusals.append(Refused(number, "not_recorded", {"code": error.code}))
    digest = hashlib.sha256(" ".join(done).encode()).hexdigest() if done else ""
    return Outcome({"recorded": len(done), "refused": len(refusals)}, refusals, digest=digest)


# Cancelled, who is in the records stays there.
KIND = Kind(
    name=NAME,
    label=gettext_lazy("Taking a school's list into the records"),
    verb="registrations.record",
    under="lists",
    figures=(
        Figure("recorded", gettext_lazy("Taken into the records")),
        Figure("refused", gettext_lazy("Refused")),
    ),
    headings=(Heading(gettext_lazy("Registration")),),
    key=lambda parameters: str(parameters["list"]),
    title=lambda parameters: str(parameters["list"]),
    plan=plan,
    begin=lambda run: str(run.parameters["list"]),
    work=work,
    look=look,
    link=lambda number: (_("List %(number)s") % {"number": number}, reverse("list", args=[number])),
    reason=lambda _code, _parameters: _("The record does not allow it. Open the registration to see why."),
)
