"""The two lists of A6: who is in them, exactly once, what a reversal does to them, and that they are frozen."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import services as stays
from claims.handover import exports, selectors, services
from claims.handover.models import HandoverLine, HandoverList
from claims.models import Settlement
from enrollment.registration.models import Circumstance, Move
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers

pytestmark = pytest.mark.django_db

UNTIL = "2009-12-31"


def drafted(kind: str = "over_cap", until: str = UNTIL, district: str = "", by=None) -> HandoverList:
    return services.draft_list(kind=kind, until=makers.day(until), district=district, by=by or makers.clerk())


def issued(kind: str = "over_cap", until: str = UNTIL, **values) -> HandoverList:
    found = drafted(kind, until, **values)
    return services.issue_list(number=found.number, version=found.version, by=makers.reviewer())


def over_cap(person=None, by=None, *, month: int = 3, amount: str = "90000.00") -> Settlement:
    """A stay of 90,000 yuan at grade 3: 40,275 without a cap, 10,275 over it."""
    person, by = person or makers.insured(), by or makers.hospital()
    return makers.settled(person, by, (amount,), on=f"2009-{month:02d}-01", until=f"2009-{month:02d}-09")


def poor(starts: str, ends: str | None = None, value: str = "low_income", **values):
    person = makers.insured(**values)
    last = makers.day(ends) if ends else None
    factories.circumstance(person, Circumstance.Kind.LOW_INCOME, value, starts=makers.day(starts), ends=last)
    return person


def amounts(found: HandoverList) -> dict[str, Decimal]:
    return {line.settlement.number: line.amount for line in found.lines.select_related("settlement")}


def test_the_parts_over_the_cap_are_handed_over_once():
    first = over_cap()
    makers.settled(makers.insured(), makers.hospital())
    found = issued()
    assert (found.number[0], found.period_from) == ("Z", makers.day("2008-07-01"))
    assert amounts(found) == {first.number: Decimal("10275.00")}
    with pytest.raises(Refused) as error:
        drafted(until="2010-05-31")
    assert error.value.code == "nothing_to_hand_over"
    later = over_cap(month=11)
    following = issued(until="2010-05-31")
    assert (amounts(following), following.period_from) == (
        {later.number: later.over_cap},
        makers.day("2010-01-01"),
    )
    assert later.settled_on < following.period_from


def test_what_is_discharged_later_waits_for_the_next_list():
    over_cap(month=3)
    late = over_cap(month=4)
    assert late.number not in amounts(issued(until="2009-04-08"))
    assert list(amounts(issued(until="2009-04-09"))) == [late.number]


def test_low_income_and_district_are_those_of_the_day_of_discharge():
    by = makers.hospital()
    then = poor("2009-01-01", "2009-03-09")
    edge = poor("2009-03-09", value="low_income_edge")
    before, after = poor("2009-01-01", "2009-03-08"), poor("2009-03-10")
    voided = poor("2009-01-01")
    voided.circumstances.filter(kind="low_income").update(voided=True)
    made = {person.pk: over_cap(person, by, amount="8000.00") for person in (then, edge, before, after, voided)}
    other = factories.community("211003001001")
    Move.objects.create(
        resident=then, moved_on=makers.day("2009-03-10"), from_community=then.community, to_community=other
    )
    then.community, then.moved_on = other, makers.day("2009-03-10")
    then.save()
    found = issued("assistance")
    lines = {line.settlement_id: line for line in found.lines.all()}
    assert set(lines) == {made[then.pk].pk, made[edge.pk].pk}
    assert (lines[made[then.pk].pk].low_income, lines[made[edge.pk].pk].low_income) == (
        "low_income",
        "low_income_edge",
    )
    assert lines[made[then.pk].pk].district.code == "211002"
    assert {line.amount for line in lines.values()} == {Decimal("4625.00")}


def test_nothing_is_handed_over_of_what_is_not_payable():
    by = makers.hospital("X1", designated=False)
    over_cap(poor("2009-01-01"), by)
    for kind in ("over_cap", "assistance"):
        with pytest.raises(Refused):
            drafted(kind)


def test_a_district_has_its_own_list_and_the_list_of_all_takes_the_rest():
    by = makers.hospital()
    here = over_cap(makers.insured(), by)
    there = over_cap(makers.insured(home=factories.community("211003001001")), by)
    assert list(amounts(issued(district="211003"))) == [there.number]
    assert list(amounts(issued())) == [here.number]
    stays.reverse_settlement(number=there.number, reason="wrong", by=makers.reviewer())
    with pytest.raises(Refused):
        drafted(until="2010-01-31", district="211002")
    assert amounts(issued(until="2010-01-31", district="211003")) == {there.number: -there.over_cap}


def test_a_reversal_after_the_issue_is_corrected_by_the_next_list_and_the_new_settlement_listed():
    by = makers.hospital()
    first = over_cap(by=by)
    old = issued()
    stays.reverse_settlement(number=first.number, reason="wrong", by=by)
    again = stays.settle_stay(stay_number=first.stay.number, by=by)
    following = issued(until="2010-05-31")
    assert amounts(following) == {first.number: -first.over_cap, again.number: again.over_cap}
    assert selectors.sums_of(following.lines.all()).amount == 0
    assert selectors.seal_of(old) == old.sha256
    with pytest.raises(Refused):
        drafted(until="2010-06-30")


def test_a_reversal_before_the_list_never_appears():
    by = makers.hospital()
    first = over_cap(by=by)
    stays.reverse_settlement(number=first.number, reason="wrong", by=by)
    with pytest.raises(Refused):
        drafted()


def test_a_draft_with_a_reversed_settlement_is_not_issued_but_drafted_again():
    by = makers.hospital()
    first, second = over_cap(by=by), over_cap(by=by)
    found = drafted()
    stays.reverse_settlement(number=first.number, reason="wrong", by=by)
    with pytest.raises(Refused) as error:
        services.issue_list(number=found.number, version=1, by=makers.reviewer())
    assert error.value.reasons == (first.number,) or error.value.reasons == [first.number]
    services.discard_list(number=found.number, version=1, by=makers.reviewer())
    assert list(amounts(issued())) == [second.number]


def test_two_people_make_a_list_and_there_is_one_draft_of_a_kind():
    over_cap()
    clerk = makers.clerk()
    found = drafted(by=clerk)
    with pytest.raises(NotAllowed):
        services.issue_list(number=found.number, version=1, by=clerk)
    with pytest.raises(NotAllowed):
        services.draft_list(kind="over_cap", until=makers.day(UNTIL), by=makers.reviewer())
    own = makers.reviewer()
    HandoverList.objects.update(made_by=own.user_id)
    with pytest.raises(Refused) as error:
        services.issue_list(number=found.number, version=1, by=own)
    assert error.value.code == "own_entry"
    with pytest.raises(Conflict) as error:
        drafted()
    assert error.value.code == "draft_exists"
    with pytest.raises(Conflict):
        services.issue_list(number=found.number, version=2, by=makers.reviewer())


@pytest.mark.parametrize(("until", "code"), [("2010-07-01", "invalid"), ("2009-12-31", "invalid")])
def test_a_list_ends_neither_in_the_future_nor_before_the_last(until, code):
    over_cap()
    issued()
    with pytest.raises(Invalid) as error:
        drafted(until=until)
    assert (error.value.code, error.value.field) == (code, "until")


def cells(found: HandoverList, by) -> list[list[object]]:
    file: BytesIO = exports.export_list(found=found, by=by)  # type: ignore[assignment]
    with file:
        book = openpyxl.load_workbook(BytesIO(file.read()))
    return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]


def test_what_was_issued_comes_out_the_same_whatever_happens_later():
    by = makers.hospital()
    person = makers.insured()
    first = over_cap(person, by)
    found, clerk = issued(), makers.clerk()
    before = cells(found, clerk)
    stays.reverse_settlement(number=first.number, reason="wrong", by=by)
    person.name, person.id_number = "另名", factories.id_number(person.birth_date, "M")
    person.save()
    issued(until="2010-05-31")
    assert cells(found, clerk) == before
    assert any(first.number in row and 10275 in row for row in before)


def test_whole_id_numbers_leave_with_the_agency_only_and_the_record_says_so():
    person = makers.insured()
    over_cap(person)
    found = issued()
    shown = str(cells(found, makers.clerk()))
    hidden = str(cells(found, factories.actor(Role.SUPERVISOR)))
    assert person.id_number in shown
    assert person.id_number not in hidden
    told = AuditEntry.objects.filter(verb="handover.export").order_by("pk").values_list("changes", flat=True)
    assert [entry["whole_id_numbers"] for entry in told] == [True, False]
    with pytest.raises(NotAllowed):
        exports.export_list(found=found, by=makers.hospital())


ACTS = st.lists(
    st.tuples(st.sampled_from(["settle", "reverse", "list", "draft and drop"]), st.integers(0, 2)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=10, deadline=None)
@given(acts=ACTS)
def test_lists_together_are_the_live_settlements(acts):
    """Whatever is settled, reversed and listed in whatever order: a last list makes the sums of all lists equal what
    the live settlements have over the cap.
    """
    with transaction.atomic():
        by, reviewer = makers.hospital(), makers.reviewer()
        patients = [makers.discharged(makers.insured(), by, ("90000.00",)) for _place in range(3)]
        until = makers.day("2009-12-31")
        for act, place in [*acts, ("list", 0)]:
            stay = patients[place]
            live = Settlement.objects.filter(stay=stay, live=True).first()
            if act == "settle" and live is None:
                stays.settle_stay(stay_number=stay.number, by=by)
            elif act == "reverse" and live is not None:
                stays.reverse_settlement(number=live.number, reason="wrong", by=by)
            elif act in ("list", "draft and drop"):
                until = (
                    until.replace(year=2010, month=1, day=1)
                    if until.year == 2009
                    else until.replace(day=until.day + 1)
                )
                try:
                    found = services.draft_list(kind="over_cap", until=until, by=makers.clerk())
                except Refused:
                    continue
                verb = services.issue_list if act == "list" else services.discard_list
                verb(number=found.number, version=found.version, by=reviewer)
        live_sum = sum(Settlement.objects.filter(live=True).values_list("over_cap", flat=True), Decimal(0))
        assert selectors.sums_of(HandoverLine.objects.all()).amount == live_sum
        for settlement in Settlement.objects.all():
            net = sum(settlement.handovers.values_list("amount", flat=True), Decimal(0))
            assert net == (settlement.over_cap if settlement.live else 0)
        transaction.set_rollback(True)
