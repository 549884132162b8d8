"""A finding from the night on which it was found to its result."""

import datetime
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from claims.misuse import services as misuse
from claims.misuse.models import MisuseCase
from enrollment.life.services import approve_merge, propose_merge
from enrollment.registration.models import Resident
from funds.watch import selectors, services
from funds.watch.models import Evidence, EvidenceStay, Finding
from funds.watch.services.looking import seal_of
from funds.watch.tasks import look_for_patterns
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.work.watching import findings_waiting
from tests import factories
from tests.at_once import at_once, parted
from tests.claims import makers as claims
from tests.inspections import makers as inspected

from .makers import TODAY, D, a_finding, actor, clerk, looked, stay, supervisor, written

pytestmark = pytest.mark.django_db
DUE = D(2009, 8, 14)


def assigned(finding: Finding, **values: Any) -> Finding:
    finding.refresh_from_db()
    given = {"version": finding.version, "owner": clerk_name(), "due_on": DUE, "by": supervisor()}
    return services.assign(number=finding.number, **given | values)


def clerk_name() -> str:
    clerk()
    return "agency-clerk"


def answered(finding: Finding, **values: Any) -> Finding:
    finding.refresh_from_db()
    given = {"version": finding.version, "answer": "Two stays, one card.", "consequence": "none", "by": clerk()}
    return services.answer(number=finding.number, **given | values)


def closed(finding: Finding, result: str = "confirmed", **values: Any) -> Finding:
    finding.refresh_from_db()
    given = {"version": finding.version, "conclusion": "As answered.", "by": supervisor()}
    return services.close(number=finding.number, result=result, **given | values)


# --- found -----------------------------------------------------------------------------------------------------------


def test_the_same_evidence_found_again_changes_nothing():
    finding = a_finding()
    assert (finding.status, finding.found_on, finding.version) == ("open", TODAY, 1)
    evidence = Evidence.objects.get()
    assert list(evidence.rows.values_list("status", flat=True)) == ["discharged", "discharged"]
    with clock.on_day(TODAY + datetime.timedelta(days=1)):
        assert written("overlap") == {"found": 1, "opened": 0, "added": 0}
    finding.refresh_from_db()
    assert (finding.version, finding.evidence_on) == (1, TODAY)
    assert Evidence.objects.get() == evidence
    assert AuditEntry.objects.filter(object_number=finding.number).count() == 1


def test_new_evidence_is_added_to_the_open_finding_whoever_has_it():
    finding = assigned(a_finding())
    stay(finding.resident, "H3", "2009-05-09", "2009-05-20")
    with clock.on_day(TODAY + datetime.timedelta(days=1)):
        assert written("overlap") == {"found": 3, "opened": 0, "added": 2}
    before = finding.version
    finding.refresh_from_db()
    assert (finding.status, finding.evidence.count(), finding.evidence_on) == ("in_hand", 3, D(2009, 7, 16))
    # Who was about to close it sees that there is more.
    with pytest.raises(Conflict):
        answered(finding, version=before)


def test_after_it_was_closed_the_same_stays_closed_and_new_evidence_makes_a_new_one():
    finding = closed(answered(assigned(a_finding())), "unfounded")
    assert written("overlap") == {"found": 1, "opened": 0, "added": 0}
    stay(finding.resident, "H3", "2009-05-09", "2009-05-20")
    assert written("overlap") == {"found": 3, "opened": 1, "added": 1}
    assert Finding.objects.count() == 2
    assert Finding.objects.get(status="open").evidence.count() == 2


def test_fewer_of_the_same_stays_are_nothing_new():
    person = factories.resident()
    made = [stay(person, "H3", f"2009-05-0{day}", f"2009-05-0{day}") for day in range(1, 8)]
    assert written("many_stays") == {"found": 1, "opened": 1, "added": 0}
    type(made[0]).objects.filter(pk=made[6].pk).update(status="cancelled", discharged_on=None)
    assert written("many_stays") == {"found": 1, "opened": 0, "added": 0}
    stay(person, "H3", "2009-05-09", "2009-05-09")
    assert written("many_stays") == {"found": 1, "opened": 0, "added": 1}


def test_evidence_stays_as_it_stood():
    finding = a_finding()
    row = EvidenceStay.objects.order_by("position")[0]
    type(row.stay).objects.filter(pk=row.stay_id).update(discharged_on="2009-05-02")
    row.refresh_from_db()
    assert row.discharged_on == D(2009, 5, 10)
    for change in ("UPDATE watch_evidence SET figures = '{}'", "DELETE FROM watch_evidencestay"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            connection.cursor().execute(change)
    evidence = finding.evidence.get()
    rows = [(line.stay.number, vars(line)) for line in evidence.rows.select_related("stay")]
    assert evidence.sha256 == seal_of(evidence.figures, rows)


def test_the_night_looks_for_every_pattern():
    a_finding()
    counts = looked()
    assert counts == {"found": "1", "opened": "0", "added": "0"}
    run = Run.objects.get(kind="watch")
    assert run.chunks.count() == len(Finding.Kind)
    assert selectors.last_look() == run
    # Who asks while one is at work is led to that one.
    number = look_for_patterns()
    assert services.start_look(by=supervisor(), calls=False).number == number
    with pytest.raises(NotAllowed):
        services.start_look(by=clerk(), calls=False)


def test_of_two_records_made_one_the_finding_goes_with_the_person():
    survivor = claims.insured(name="王小宝")
    finding = a_finding(person=factories.resident(name="王小宝"))
    duplicate = finding.resident
    proposal = propose_merge(survivor=survivor.number, duplicate=duplicate.number, reason="同一人", by=clerk())
    reviewer = actor(Role.AGENCY_REVIEWER, "agency-reviewer")
    approve_merge(pk=proposal.pk, version=proposal.version, by=reviewer)
    finding.refresh_from_db()
    assert finding.resident == survivor
    assert written("overlap")["opened"] == 0


# --- given, answered, closed -----------------------------------------------------------------------------------------


def test_given_to_the_agency_answered_and_closed_by_the_supervisor():
    finding = assigned(a_finding(), note="Look at the card.")
    assert (finding.status, finding.owner.username, finding.due_on) == ("in_hand", "agency-clerk", DUE)
    finding = answered(finding)
    assert (finding.status, finding.answered_on, finding.answered_by_id) == ("answered", TODAY, clerk().user_id)
    finding = closed(finding)
    assert (finding.status, finding.closed_on, finding.closed_by_id) == ("confirmed", TODAY, supervisor().user_id)
    verbs = AuditEntry.objects.filter(object_number=finding.number).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["watch.find", "watch.assign", "watch.answer", "watch.close"]
    assert set(AuditEntry.objects.filter(object_number=finding.number).values_list("resident", flat=True)) == {
        finding.resident.number
    }


def test_an_open_one_is_closed_as_unfounded_only():
    finding = a_finding()
    with pytest.raises(Conflict):
        closed(finding, "confirmed")
    assert closed(finding, "unfounded").status == "unfounded"


@pytest.mark.parametrize("result", ["unfounded", "confirmed"])
def test_what_is_in_hand_is_answered_before_it_is_closed(result):
    finding = assigned(a_finding())
    with pytest.raises(Conflict):
        closed(finding, result)


def test_given_back_with_the_reason_and_answered_anew():
    finding = answered(assigned(a_finding()))
    with pytest.raises(Invalid, match="missing"):
        assigned(finding)
    finding = assigned(finding, note="Ask the hospital.")
    assert finding.status == "in_hand"
    assert AuditEntry.objects.filter(verb="watch.give_back", note="Ask the hospital.").exists()
    assert answered(finding, answer="Asked.").answer == "Asked."


def test_nothing_more_happens_to_a_closed_one():
    finding = closed(a_finding(), "unfounded")
    for step in (assigned, answered, closed):
        with pytest.raises(Conflict):
            step(finding)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"owner": "supervisor"}, "owner"), ({"owner": "nobody"}, "owner"), ({"due_on": TODAY}, "due_on")],
)
def test_given_to_somebody_of_the_agency_until_a_day_to_come(values, field):
    with pytest.raises(Invalid) as refused:
        assigned(a_finding(), **values)
    assert refused.value.field == field


def test_only_who_sees_to_it_answers():
    finding = assigned(a_finding())
    other = actor(Role.AGENCY_REVIEWER, "agency-reviewer")
    with pytest.raises(Refused):
        answered(finding, by=other)


def test_who_answered_does_not_close_it():
    finding = answered(assigned(a_finding()))
    standing_in = replace(supervisor(), user_id=clerk().user_id)
    with pytest.raises(Refused):
        closed(finding, by=standing_in)


def test_without_words_nothing_is_said():
    finding = assigned(a_finding())
    with pytest.raises(Invalid):
        answered(finding, answer="  ")
    with pytest.raises(Invalid):
        answered(finding, consequence="prison")
    finding = answered(finding)
    with pytest.raises(Invalid):
        closed(finding, conclusion=" ")
    with pytest.raises(Invalid):
        closed(finding, "open")


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.HOSPITAL, Role.CITY_FINANCE])
def test_others_see_and_do_nothing(role):
    finding = a_finding()
    office = claims.institution("H3").office if role is Role.HOSPITAL else None
    by = factories.actor(role, office)
    assert not selectors.findings_visible_to(by).exists()
    for step in (assigned, answered, closed):
        with pytest.raises(NotAllowed):
            step(finding, by=by)


def test_the_agency_neither_gives_nor_closes_and_the_supervisor_does_not_answer():
    finding = a_finding()
    for step, by in ((assigned, clerk()), (closed, clerk()), (answered, supervisor())):
        with pytest.raises(NotAllowed):
            step(finding, by=by)


# --- what follows ----------------------------------------------------------------------------------------------------


def test_an_inspection_of_one_of_its_institutions_follows():
    finding = assigned(a_finding())
    inspection = inspected.opened(institution="H1")
    elsewhere = inspected.opened(institution=claims.institution("H9").code)
    with pytest.raises(Invalid) as refused:
        answered(finding, consequence="inspection", case=elsewhere.number)
    assert refused.value.field == "case"
    finding = answered(finding, consequence="inspection", case=inspection.number.lower())
    assert (finding.inspection, finding.misuse) == (inspection, None)
    # Answered anew that nothing follows, nothing hangs on it any more.
    finding = answered(assigned(finding, note="Look again."), consequence="none")
    assert (finding.inspection, finding.misuse) == (None, None)


def opened_case(person: Resident) -> MisuseCase:
    return misuse.open_case(
        submission=uuid.uuid4(),
        resident_number=person.number,
        kind="lent",
        found_on=TODAY,
        facts="A neighbour lay there.",
        by=clerk(),
    )


def test_a_case_of_misuse_of_this_person_follows():
    finding = assigned(a_finding())
    mine = opened_case(finding.resident)
    other = opened_case(factories.resident())
    for case in (other.number, "", "M2009-9999999"):
        with pytest.raises(Invalid):
            answered(finding, consequence="misuse", case=case)
    assert answered(finding, consequence="misuse", case=mine.number).misuse == mine


# --- queues and two at once ------------------------------------------------------------------------------------------


def test_what_waits_for_whom_and_what_is_overdue():
    finding = a_finding()
    assert list(selectors.findings_waiting(supervisor())) == [finding]
    assert not selectors.findings_waiting(clerk()).exists()
    assigned(finding)
    assert list(selectors.findings_waiting(clerk())) == [finding]
    assert not selectors.findings_waiting(supervisor()).exists()
    everything = selectors.findings_visible_to(supervisor())
    assert not selectors.overdue(everything, DUE).exists()
    assert list(selectors.overdue(everything, DUE + datetime.timedelta(days=1))) == [finding]
    late = DUE + datetime.timedelta(days=1)
    (row,) = findings_waiting(clerk(), late).rows()
    assert (row.day, row.late) == (DUE, "overdue")
    answered(finding)
    assert list(selectors.findings_waiting(supervisor())) == [finding]
    # It waits for the supervisor now: nothing of it is overdue.
    (row,) = findings_waiting(supervisor(), late).rows()
    assert (row.day, row.late) == (None, "")


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_is_first():
    finding = answered(assigned(a_finding()))
    by = supervisor()

    def closes(result: str) -> Any:
        return lambda: services.close(
            number=finding.number, version=finding.version, result=result, conclusion="So.", by=by
        )

    done, refused = parted(at_once(closes("confirmed"), closes("unfounded"), closes("not_proven")))
    assert len(done) == 1
    assert [type(error) for error in refused] == [Conflict, Conflict]
    finding.refresh_from_db()
    assert finding.status == done[0].status


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_write_it_down_once():
    person = factories.resident()
    stay(person, "H3", "2009-05-01", "2009-05-10")
    stay(person, "H1", "2009-05-05", "2009-05-12")
    counts = at_once(*[lambda: written("overlap")] * 3)
    assert sorted(count["opened"] for count in counts) == [0, 0, 1]
    assert Evidence.objects.count() == 1
