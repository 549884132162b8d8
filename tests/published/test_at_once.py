"""Two officers, two workers: one edition, one count."""

import datetime

import pytest
from django.db import connection

from funds.models import Month
from funds.published import services
from funds.published.models import Publication
from funds.supervision import services as supervision
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.at_once import at_once, parted

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime.date(2009, 1, 8)


def on_day(act, **values):
    """The act on the day of the test, also in a thread."""

    def done():
        with clock.on_day(DAY):
            return act(**values)

    return done


def test_two_clerks_prepare_one_draft_and_two_reviewers_publish_it_once() -> None:
    factories.district()
    clerks = [factories.actor(Role.AGENCY_CLERK) for _ in range(2)]
    reviewers = [factories.actor(Role.AGENCY_REVIEWER) for _ in range(2)]
    figures = {"in_book": 0, "at_bank": 0} | dict.fromkeys(("open_in_book", "open_in_book_sum"), 0)
    figures |= dict.fromkeys(("open_at_bank", "open_at_bank_sum"), 0)
    december = {"first": datetime.date(2008, 12, 1), "last": datetime.date(2008, 12, 31)}
    Month.objects.create(**december, **figures, status="closed", prepared_on=DAY, closed_on=DAY)
    on_day(supervision.refresh, whole=True, by=Actor.job("tests"))()

    drafts, refused = parted(at_once(*(on_day(services.prepare_publication, year=2008, by=by) for by in clerks)))
    assert len(drafts) == 1
    assert [type(error) for error in refused] == [Conflict]

    values = {"number": drafts[0].number, "version": drafts[0].version}
    done, refused = parted(at_once(*(on_day(services.publish, **values, by=by) for by in reviewers)))
    assert len(done) == 1
    assert [type(error) for error in refused] == [Conflict]
    found = Publication.objects.get()
    assert (found.status, found.published_by_id) == ("published", done[0].published_by_id)
    assert AuditEntry.objects.filter(verb="publications.publish").count() == 1


def test_two_workers_count_one_after_the_other() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [supervision._REFRESH_LOCK])
        try:
            job = Actor.job("tests")
            answers = at_once(*(on_day(supervision.refresh, whole=whole, by=job) for whole in (True, False)))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [supervision._REFRESH_LOCK])
    assert [type(answer) for answer in answers] == [Conflict, Conflict]
