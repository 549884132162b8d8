"""The verbs of publishing: prepare, publish, discard (Art. 31)."""

import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from funds.models import Month
from funds.supervision import services as supervision
from funds.supervision.models import Refresh
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

from .compiling import figures_of, seal_of
from .models import Publication

Status = Publication.Status


@transaction.atomic
def prepare_publication(*, year: int, by: Actor) -> Publication:
    """Draw up the figures of a calendar year that is over, as a draft of its next edition.

    Refused for a year that is not over or has an open month, whose sums were not all counted since, or that tells of
    fewer than 5 persons; Conflict where there is a draft already or figures are being counted; NotAllowed.
    """
    by.require("publications.prepare")
    supervision.refresh(whole=False, by=by)
    require_over(year)
    editions = Publication.objects.filter(year=year)
    if editions.filter(status=Status.DRAFT).exists():
        raise Conflict(_("There is a draft of this year already."), code="draft")
    edition = (editions.aggregate(last=Max("edition"))["last"] or 0) + 1
    number, figures = f"{year}-{edition}", figures_of(year)
    made = Publication.objects.create(
        number=number,
        year=year,
        edition=edition,
        figures=figures,
        hash=seal_of(number, None, figures),
        made_on=clock.today(),
        made_by_id=by.user_id,
    )
    audit.record(by=by, verb="publications.prepare", obj=made, changes={"hash": made.hash})
    return made


def require_over(year: int) -> None:
    """Raise Refused unless the year is over, nothing can be booked into it any more, and everything was counted since.

    A bank file with payments of December may come in January; what it brings after the closing is booked then.
    """
    end = datetime.date(year, 12, 31)
    if clock.today() <= end:
        raise Refused(_("%(year)s is not over yet.") % {"year": year}, code="not_over")
    open_from = Month.open_from()
    if open_from is None or open_from <= end:
        raise Refused(
            _("Months of %(year)s are still open: close them until December, then prepare the figures.")
            % {"year": year},
            code="months_open",
        )
    whole = Refresh.objects.filter(whole=True).first()
    if whole is None or whole.day <= end:
        raise Refused(
            _("The figures were not all counted since the year was over. They are every night: come back tomorrow."),
            code="not_counted",
        )


@transaction.atomic
def publish(*, number: str, version: int, by: Actor) -> Publication:
    """Publish a draft that somebody else prepared: from now on everybody sees it, and nothing changes it.

    Refused for who prepared it; Conflict where the records say something else by now, or where it was published or
    discarded meanwhile; NotAllowed.
    """
    by.require("publications.publish")
    supervision.refresh(whole=False, by=by)
    publication = locked(number, version)
    require_transition(
        Publication.TRANSITIONS, publication.status, Status.PUBLISHED, label=publication.get_status_display()
    )
    if by.user_id is not None and publication.made_by_id == by.user_id:
        raise Refused(_("You prepared these figures: somebody else has to check and publish them."), code="own")
    if figures_of(publication.year) != publication.figures:
        raise Conflict(
            _("The records say something else by now: discard this draft and prepare another."), code="stale"
        )
    publication.status, publication.published_on = Status.PUBLISHED, clock.today()
    publication.published_by_id = by.user_id
    publication.hash = seal_of(number, publication.published_on, publication.figures)
    publication.version += 1
    publication.save()
    audit.record(by=by, verb="publications.publish", obj=publication, changes={"hash": publication.hash})
    return publication


@transaction.atomic
def discard_publication(*, number: str, version: int, by: Actor) -> None:
    """Take a draft away. Conflict where it was published or discarded meanwhile; NotAllowed."""
    by.require("publications.discard")
    publication = locked(number, version)
    if publication.status != Status.DRAFT:
        require_transition(
            Publication.TRANSITIONS, publication.status, Status.PUBLISHED, label=publication.get_status_display()
        )
    audit.record(by=by, verb="publications.discard", obj=publication)
    publication.delete()


def locked(number: str, version: int) -> Publication:
    """The publication as the person saw it, locked. Raises Conflict where it is gone or was changed."""
    found = Publication.objects.select_for_update(of=("self",)).filter(number=number).first()
    told = last_change(found or Publication(number=number))
    if found is None:
        raise Conflict(_("This draft is not there any more."), code="gone", reasons=(told,) if told else ())
    require_version(found.version, version, told=told)
    return found
