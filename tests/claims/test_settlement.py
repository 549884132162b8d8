"""Settlement: what is paid, what is refused, and that the database agrees."""

import datetime
import itertools
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import services
from claims.models import Designation, FeeLine, InstitutionGrade, Settlement, Stay
from claims.selectors import cap_left, cap_used
from enrollment.registration.models import Circumstance
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers
from tests.claims.test_lines import statements

pytestmark = pytest.mark.django_db


def amounts(settlement: Settlement) -> list[str]:
    parts = ("fund", "resident_pays", "out_of_scope", "deductible", "copayment", "over_cap")
    return [str(getattr(settlement, part)) for part in parts]


def test_a_settlement_keeps_amounts_facts_and_the_policy_that_it_was_made_with():
    person, by = makers.insured(), makers.hospital()
    makers.catalogue()
    stay = makers.admitted(person, by)
    lines = [makers.line("8000.90"), makers.line("1000.00", code="B1"), makers.line("50.00", code="C1")]
    services.add_lines(stay_number=stay.number, lines=lines, by=by)
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-10"), by=by)
    settlement = services.settle_stay(stay_number=stay.number, stated_total=Decimal("9050.90"), by=by)
    # In scope 8000.90 + 900.00; less 500 at grade 3, of which 45 %: 3780.405, half up.
    assert amounts(settlement) == ["3780.41", "5270.49", "150.00", "500.00", "4620.49", "0.00"]
    assert (settlement.total, settlement.in_scope) == (Decimal("9050.90"), Decimal("8900.90"))
    assert (settlement.settled_on.isoformat(), settlement.decided_on.isoformat()) == ("2009-03-10", "2010-06-30")
    assert (settlement.cap_from.isoformat(), settlement.cap_until.isoformat()) == ("2009-01-01", "2009-12-31")
    assert (settlement.policy_version, len(settlement.policy_hash)) == (1, 64)
    assert settlement.facts["category"] == "elderly"
    assert Stay.objects.get().status == "settled"
    entry = AuditEntry.objects.get(verb="stays.settle")
    assert (entry.changes["settlement"], entry.changes["fund"]) == (settlement.number, "3780.41")


@pytest.mark.parametrize("order", list(itertools.permutations(["300.00", "2000.00", "7700.00"])))
def test_the_order_of_the_lines_does_not_matter(order):
    settlement = makers.settled(makers.insured(), makers.hospital(), order)
    assert amounts(settlement)[:2] == ["4275.00", "5725.00"]


def test_the_cap_is_paid_to_the_last_fen_and_what_lies_over_it_is_shown():
    person, by = makers.insured(), makers.hospital()
    first = makers.settled(person, by, ("60000.00",), on="2009-03-01")
    second = makers.settled(person, by, ("60000.00",), on="2009-05-01", until="2009-05-10")
    third = makers.settled(person, by, ("9000.00",), on="2009-07-01", until="2009-07-10")
    assert [str(row.fund) for row in (first, second, third)] == ["26775.00", "3225.00", "0.00"]
    assert amounts(second)[2:] == ["0.00", "500.00", "32725.00", "23550.00"]
    # Art. 8: the cap is used up; the deductible is still shown as borne like any other (A7).
    assert amounts(third)[2:] == ["0.00", "500.00", "4675.00", "3825.00"]
    position = cap_left(person, makers.day("2009-12-31"))
    assert (position.used, position.left) == (Decimal("30000.00"), Decimal("0.00"))
    assert cap_left(person, makers.day("2010-01-01")).left == Decimal("30000.00")
    assert cap_used(person, (makers.day("2009-03-01"), makers.day("2009-04-30"))) == first.fund


def test_every_stay_has_its_own_whole_deductible():
    person, by = makers.insured(), makers.hospital()
    both = [
        makers.settled(person, by, ("1000.00",), on=f"2009-0{month}-01", until=f"2009-0{month}-05") for month in (3, 5)
    ]
    assert [row.deductible for row in both] == [Decimal("500.00")] * 2


def test_a_stay_entered_late_is_judged_by_the_facts_of_its_own_days():
    """Entered in June 2010 for March 2009: grade, designation and benefits of March 2009 count."""
    person, by = makers.insured(years=(2009,)), makers.hospital()
    InstitutionGrade.objects.update(ends=makers.day("2009-12-31"))
    InstitutionGrade.objects.create(institution=makers.institution(), grade="grade1", starts=makers.day("2010-01-01"))
    Designation.objects.update(ends=makers.day("2009-12-31"))
    settlement = makers.settled(person, by, ("8000.00",))
    assert (settlement.payable, settlement.facts["grade"], str(settlement.fund)) == (True, "grade3", "3375.00")
    now = makers.settled(person, by, ("8000.00",), on="2010-06-01", until="2010-06-05")
    assert now.reasons == ["no_benefit", "not_designated"]
    assert (now.fund, now.resident_pays, now.copayment) == (Decimal(0), Decimal("8000.00"), None)


def test_grade_and_designation_of_the_day_of_admission_hold_for_the_whole_stay():
    person, by = makers.insured(), makers.hospital()
    InstitutionGrade.objects.update(ends=makers.day("2009-03-04"))
    InstitutionGrade.objects.create(institution=makers.institution(), grade="grade1", starts=makers.day("2009-03-05"))
    Designation.objects.update(ends=makers.day("2009-03-01"))
    settlement = makers.settled(person, by)
    assert (settlement.payable, settlement.ratio) == (True, Decimal("0.45"))


def test_lines_count_by_their_own_days_and_the_cap_by_the_day_of_discharge():
    """A7: over 1 January, insured for 2010 only: the lines of December do not count, the cap is that of 2010."""
    person, by = makers.insured(years=(2010,)), makers.hospital()
    makers.item()
    stay = makers.admitted(person, by, "2009-12-28")
    lines = [makers.line("3000.00", on=f"2009-12-{day}") for day in (29, 31)]
    lines += [makers.line("3000.00", on=f"2010-01-0{day}") for day in (1, 2)]
    services.add_lines(stay_number=stay.number, lines=lines, by=by)
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2010-01-03"), by=by)
    settlement = services.settle_stay(stay_number=stay.number, by=by)
    assert (settlement.total, settlement.in_scope) == (Decimal("12000.00"), Decimal("6000.00"))
    assert str(settlement.fund) == "2475.00"
    assert settlement.cap_from.isoformat() == "2010-01-01"


def test_the_cap_period_of_a_student_is_the_school_year():
    """B4: over 1 September the whole stay counts to the new school year, by its day of discharge."""
    person, by = makers.insured(years=(2009, 2010), student=True), makers.hospital()
    summer = makers.settled(person, by, ("40000.00",), on="2009-07-01", until="2009-07-31")
    turn = makers.settled(person, by, ("40000.00",), on="2009-08-25", until="2009-09-02", inpatient_number="T")
    spring = makers.settled(person, by, ("40000.00",), on="2010-03-01", until="2010-03-31")
    assert (summer.cap_from.isoformat(), summer.cap_until.isoformat()) == ("2008-09-01", "2009-08-31")
    assert (turn.cap_from.isoformat(), turn.cap_until.isoformat()) == ("2009-09-01", "2010-08-31")
    assert (turn.cap_used, spring.cap_used) == (Decimal("0.00"), turn.fund)
    assert summer.facts["category"] == "minor"


def test_of_a_students_first_school_year_at_most_a_third_is_paid_in_2008():
    """B5: 10,000 of the school year's 30,000 in 2008; the rest is there in 2009. The deductible of 2008 is halved."""
    spans = {2008: (makers.day("2008-09-01"), makers.day("2008-12-31"))}
    person = makers.insured(years=(2008, 2009), student=True, spans=spans)
    by = makers.hospital()
    first = makers.settled(person, by, ("40000.00",), on="2008-10-01", until="2008-10-31")
    second = makers.settled(person, by, ("60000.00",), on="2009-02-01", until="2009-02-28")
    assert (first.cap, first.fund, first.deductible) == (Decimal("10000.00"), Decimal("10000.00"), Decimal("250.00"))
    assert (second.cap, second.cap_used, second.fund) == (Decimal("30000.00"), first.fund, Decimal("20000.00"))


def test_a_late_stay_of_2008_gets_no_more_than_is_left_of_the_whole_school_year():
    spans = {2008: (makers.day("2008-09-01"), makers.day("2008-12-31"))}
    person = makers.insured(years=(2008, 2009), student=True, spans=spans)
    by = makers.hospital()
    makers.settled(person, by, ("60000.00",), on="2009-02-01", until="2009-02-28")
    late = makers.settled(person, by, ("40000.00",), on="2008-10-01", until="2008-10-31")
    assert late.fund == Decimal("3225.00")
    assert sum(Settlement.objects.values_list("fund", flat=True)) == Decimal("30000.00")


def test_the_first_year_halves_the_deductible_of_everybody_and_the_cap_of_students_only():
    spans = {2008: (makers.day("2008-10-01"), makers.day("2008-12-31"))}
    settlement = makers.settled(
        makers.insured(years=(2008,), spans=spans), makers.hospital(), on="2008-10-05", until="2008-10-09"
    )
    assert (settlement.deductible, settlement.cap) == (Decimal("250.00"), Decimal("30000.00"))


def test_what_is_not_payable_is_kept_with_every_reason():
    by = makers.hospital("X1", designated=False)
    settlement = makers.settled(
        makers.insured(), by, form_signed=False, cause="traffic_accident", transfer_stated=True, abroad=True
    )
    assert settlement.reasons == [
        "card_not_presented",
        "not_designated",
        "third_party_accident",
        "transfer_not_approved",
        "treated_abroad",
    ]
    assert (settlement.payable, settlement.fund, settlement.ratio) == (False, Decimal("0.00"), None)
    assert settlement.resident_pays == settlement.total


@pytest.mark.parametrize(
    ("presented", "emergency", "payable"),
    [
        ("2009-03-02 22:59", True, True),
        ("2009-03-02 23:01", True, False),
        ("2009-03-01 23:50", False, True),
        ("2009-03-02 00:10", False, False),
        (None, False, False),
    ],
)
def test_the_card_is_presented_by_the_clocks_of_here(presented, emergency, payable):
    """Art. 19. At eleven at night it is still the same day here, whatever it is in Greenwich."""
    settlement = makers.settled(
        makers.insured(),
        makers.hospital(),
        on="2009-03-01 23:00",
        card_presented_at=makers.moment(presented) if presented else None,
        emergency=emergency,
    )
    assert settlement.payable is payable


def test_the_specialist_institution_takes_no_deductible_for_its_disease():
    by = makers.hospital("TB", grade="grade2", specialty="pulmonary_tuberculosis")
    settlement = makers.settled(makers.insured(), by, ("1000.00",), diagnosis="A15.0")
    assert (settlement.deductible, settlement.fund) == (Decimal("0.00"), Decimal("500.00"))
    other = makers.settled(makers.insured(), by, ("1000.00",), diagnosis="J18.9")
    assert other.deductible == Decimal("400.00")


def test_a_stay_is_settled_once():
    by = makers.hospital()
    settlement = makers.settled(makers.insured(), by)
    with pytest.raises(Conflict) as error:
        services.settle_stay(stay_number=settlement.stay.number, by=by)
    assert error.value.code == "already_settled"
    assert Settlement.objects.count() == 1


def test_a_stay_that_still_runs_or_has_no_lines_is_not_settled():
    by = makers.hospital()
    stay = makers.admitted(makers.insured(), by)
    with pytest.raises(Conflict):
        services.settle_stay(stay_number=stay.number, by=by)
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-02"), by=by)
    with pytest.raises(Refused) as error:
        services.settle_stay(stay_number=stay.number, by=by)
    assert error.value.code == "no_fee_lines"
    assert Stay.objects.get().status == "discharged"


def test_the_stated_total_must_be_that_of_the_lines_to_the_fen():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by, ("10.01", "0.02"))
    with pytest.raises(Refused) as error:
        services.settle_stay(stay_number=stay.number, stated_total=Decimal("10.02"), by=by)
    assert error.value.code == "total_differs"
    assert not Settlement.objects.exists()
    services.settle_stay(stay_number=stay.number, stated_total=Decimal("10.03"), by=by)


def test_what_changed_since_it_was_looked_at_is_not_settled():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by)
    with pytest.raises(Conflict):
        services.settle_stay(stay_number=stay.number, version=stay.version - 1, by=by)


def test_a_clerk_does_not_settle_what_they_entered_and_a_hospital_does():
    clerk = makers.clerk()
    makers.institution()
    stay = makers.discharged(makers.insured(), clerk, institution="H3")
    with pytest.raises(Refused) as error:
        services.settle_stay(stay_number=stay.number, by=clerk)
    assert error.value.code == "own_entry"
    assert services.settle_stay(stay_number=stay.number, by=makers.clerk()).payable
    own = makers.hospital()
    stay = makers.admitted(makers.insured(), own)
    services.add_lines(stay_number=stay.number, lines=[makers.line()], by=clerk)
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-02"), by=own)
    with pytest.raises(Refused) as error:
        services.settle_stay(stay_number=stay.number, by=clerk)
    assert error.value.code == "own_entry"
    assert makers.settled(makers.insured(), own).made_by_id == own.user_id


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.COMMUNITY, Role.CITY_FINANCE, Role.ADMINISTRATOR])
def test_others_do_not_settle(role):
    stay = makers.discharged(makers.insured(), makers.hospital())
    with pytest.raises(NotAllowed):
        services.settle_stay(stay_number=stay.number, by=factories.actor(role))


def test_a_settlement_whose_record_fails_did_not_happen(monkeypatch):
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by)

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr("claims.services.settlement.audit.record", broken)
    with pytest.raises(RuntimeError):
        services.settle_stay(stay_number=stay.number, by=by)
    assert not Settlement.objects.exists()
    assert Stay.objects.get().status == "discharged"


def test_the_presettlement_stores_nothing_and_says_what_the_settlement_will():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by)
    before = services.presettle(stay)
    assert not Settlement.objects.exists()
    assert services.presettle(stay) == before
    settlement = services.settle_stay(stay_number=stay.number, by=by)
    assert (before.result.fund, before.result.resident) == (settlement.fund, settlement.resident_pays)
    assert not before.provisional


def test_a_running_stay_is_calculated_as_if_it_ended_today():
    person, by = makers.insured(), makers.hospital()
    makers.item()
    stay = makers.admitted(person, by, "2009-03-01")
    with clock.on_day(datetime.date(2009, 3, 5)):
        services.add_lines(stay_number=stay.number, lines=[makers.line("1500.00")], by=by)
        found = services.presettle(stay)
    assert found.provisional
    assert (found.gathered.settled_on.isoformat(), found.result.fund) == ("2009-03-05", Decimal("450.00"))


def test_a_whole_stay_of_six_lines_takes_at_most_thirty_four_statements():
    person, by = makers.insured(), makers.hospital()
    makers.item()
    admission = makers.admission(person)
    with CaptureQueriesContext(connection) as context:
        stay = services.admit(admission=admission, by=by)
        services.add_lines(stay_number=stay.number, lines=[makers.line()] * 6, by=by)
        services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-10"), by=by)
        services.settle_stay(stay_number=stay.number, stated_total=Decimal("6000.00"), by=by)
    assert len(statements(context)) <= 34


def test_statements_of_a_settlement_do_not_depend_on_its_lines():
    by = makers.hospital()
    counts = []
    for number in (1, 200):
        stay = makers.discharged(makers.insured(), by, ("10.00",) * number)
        with CaptureQueriesContext(connection) as context:
            services.settle_stay(stay_number=stay.number, by=by)
        counts.append(len(statements(context)))
    assert counts[0] == counts[1] <= 20


def test_every_settlement_recomputes_to_the_same_fen_and_a_changed_one_is_found():
    person, by = makers.insured(), makers.hospital()
    for month in (3, 4, 5, 6):
        makers.settled(person, by, ("33333.33",), on=f"2009-0{month}-01", until=f"2009-0{month}-09")
    makers.settled(makers.insured(), makers.hospital("X1", designated=False))
    out = StringIO()
    call_command("recompute_settlements", stdout=out)
    assert "5 settlements recomputed, no difference." in out.getvalue()
    for settlement in Settlement.objects.all():
        assert services.recompute(settlement).fund == settlement.fund
    changed = Settlement.objects.order_by("pk").first()
    Settlement.objects.filter(pk=changed.pk).update(
        fund=changed.fund - 1, resident_pays=changed.resident_pays + 1, copayment=changed.copayment + 1
    )
    err = StringIO()
    with pytest.raises(CommandError, match="1 of 5"):
        call_command("recompute_settlements", stdout=out, stderr=err)
    assert changed.number in err.getvalue()


def test_a_settlement_under_an_edited_policy_is_not_recomputed_quietly():
    settlement = makers.settled(makers.insured(), makers.hospital())
    Settlement.objects.filter(pk=settlement.pk).update(policy_hash="0" * 64)
    with pytest.raises(CommandError):
        call_command("recompute_settlements", stdout=StringIO(), stderr=StringIO())


def test_what_a_line_says_is_what_the_settlement_counts():
    person, by = makers.insured(), makers.hospital()
    makers.catalogue()
    stay = makers.admitted(person, by)
    codes = ("A1", "B1", "C1", "L1", "NONE")
    outcomes = services.add_lines(
        stay_number=stay.number, lines=[makers.line("33.33", code=code) for code in codes], by=by
    )
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-10"), by=by)
    settlement = services.settle_stay(stay_number=stay.number, by=by)
    assert settlement.in_scope == sum(outcome.in_scope for outcome in outcomes)
    assert settlement.total == sum(FeeLine.objects.values_list("amount", flat=True))


def test_a_death_ends_the_benefits():
    """W9: what lies after the last covered day does not count, though the stay was entered before the death was
    known.
    """
    person, by = makers.insured(), makers.hospital()
    person.enrollments.update(ends=makers.day("2009-03-03"), end_reason="death")
    factories.circumstance(person, Circumstance.Kind.DEATH, "died", starts=makers.day("2009-03-03"))
    makers.item()
    stay = makers.admitted(person, by)
    lines = [makers.line("2000.00", on="2009-03-02"), makers.line("500.00", on="2009-03-04")]
    services.add_lines(stay_number=stay.number, lines=lines, by=by)
    services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-05"), by=by)
    assert services.settle_stay(stay_number=stay.number, by=by).in_scope == Decimal("2000.00")
