"""Anyone may report a suspected violation: received, handled within the term, closed with a result (S2, Art. 31)."""

import uuid

import pytest

from claims.inspections import selectors, services
from claims.inspections.models import Report
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories

from .makers import TODAY, D, clerk, received, reviewer

pytestmark = pytest.mark.django_db


def test_received_with_a_term_taken_in_hand_closed_with_a_result():
    report = received()
    assert (report.status, report.due_on) == ("received", D(2009, 8, 14))
    by = clerk()
    report = services.take_report(number=report.number, version=report.version, by=by)
    assert (report.status, report.handler_id) == ("in_hand", by.user_id)
    report = services.close_report(
        number=report.number, version=report.version, result="confirmed", answer="An inspection followed.", by=by
    )
    assert (report.status, report.result, report.closed_on) == ("closed", "confirmed", TODAY)
    with pytest.raises(Conflict):
        services.take_report(number=report.number, version=report.version, by=by)


def test_only_who_handles_it_sees_who_reported_and_the_record_never_says_it():
    report = received()
    by, other = clerk(), reviewer()
    assert selectors.reporter_of(report, by) is None
    report = services.take_report(number=report.number, version=report.version, by=by)
    assert selectors.reporter_of(report, by) == ("王大妈", "0419-1234567")
    assert selectors.reporter_of(report, other) is None
    report = services.take_report(number=report.number, version=report.version, by=other)
    assert selectors.reporter_of(report, by) is None
    assert selectors.reporter_of(report, other) == ("王大妈", "0419-1234567")
    told = [f"{entry.changes}{entry.note}" for entry in AuditEntry.objects.filter(object_number=report.number)]
    assert len(told) == 3
    assert not any("王大妈" in text or "1234567" in text for text in told)


def test_overdue_after_its_last_day():
    report = received()
    everything = Report.objects.all()
    assert not selectors.overdue(everything, report.due_on).exists()
    assert selectors.overdue(everything, D(2009, 8, 15)).get() == report
    with clock.on_day(D(2009, 8, 20)):
        by = clerk()
        taken = services.take_report(number=report.number, version=report.version, by=by)
        assert list(selectors.reports_to_handle(by)) == [report]
        services.close_report(number=report.number, version=taken.version, result="unfounded", answer="No.", by=by)
    assert not selectors.overdue(everything, D(2009, 9, 15)).exists()


def test_only_who_handles_it_closes_it():
    report = received()
    with pytest.raises(Conflict):
        services.close_report(number=report.number, version=1, result="unfounded", answer="No.", by=clerk())
    report = services.take_report(number=report.number, version=1, by=reviewer())
    with pytest.raises(Refused, match="Take it over"):
        services.close_report(number=report.number, version=2, result="unfounded", answer="No.", by=clerk())
    with pytest.raises(Invalid):
        services.close_report(number=report.number, version=2, result="unfounded", answer=" ", by=reviewer())
    with pytest.raises(Conflict):
        services.close_report(number=report.number, version=1, result="unfounded", answer="No.", by=reviewer())


def test_the_same_form_twice_makes_one_report():
    submission = uuid.uuid4()
    assert received(submission=submission).pk == received(submission=submission).pk


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"institution": ""}, "about_other"),
        ({"institution": "NOWHERE"}, "institution"),
        ({"resident": "P2009-9999999"}, "resident"),
        ({"card": "123"}, "card"),
        ({"facts": " "}, "facts"),
        ({"happened_on": D(2009, 7, 16)}, "happened_on"),
        ({"source": "anonymous"}, "reporter_name"),
        ({"source": "a bird"}, "source"),
    ],
)
def test_what_cannot_be_received(values, field):
    with pytest.raises(Invalid) as error:
        received(**values)
    assert error.value.field == field
    assert not Report.objects.exists()


def test_others_neither_enter_nor_see_reports():
    report = received()
    hospital = factories.actor(Role.SUPERVISOR)
    with pytest.raises(NotAllowed):
        received(by=hospital)
    with pytest.raises(NotAllowed):
        services.take_report(number=report.number, version=1, by=hospital)
    assert not selectors.reports_visible_to(factories.actor(Role.CITY_FINANCE)).exists()
