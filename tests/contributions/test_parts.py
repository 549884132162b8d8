"""Parts of the amount that an employer pays (C5, Art. 14): held, added up, let go, booked."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance
from funds.chart import Chart
from funds.models import JournalLeg
from funds.services import post_documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.portal.changes import changes_of
from liaoyang_medins.portal.integrity import check_integrity
from tests import factories as make
from tests.bankfiles import makers as files

from . import makers as m
from .makers import state

D = datetime.date
IN = D(2009, 10, 12)
EMPLOYER = "辽阳石化公司"
pytestmark = pytest.mark.django_db


def part(notice: ContributionNotice | str, on: D, amount: str, **values) -> Receipt:
    return m.pay(notice, on, amount, **{"channel": "employer", "payer": EMPLOYER} | values)


def told(*receipts: Receipt) -> list[tuple[str, str]]:
    for receipt in receipts:
        receipt.refresh_from_db()
    return [(receipt.status, receipt.problem) for receipt in receipts]


@pytest.fixture
def dependant():
    """An elder who goes on: 200 yuan for 2010."""
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    return person


@pytest.fixture
def due(dependant):
    return m.renewal(dependant, D(2009, 10, 5))


@pytest.fixture(autouse=True)
def sound(db):
    """After each test matched receipts, notices and journal agree, whatever happened."""
    yield
    with clock.on_day(D(2010, 2, 1)):
        booked()
        codes = ["notice.receipt", "receipt", "journal", "notice.state"]
        found: list[object] = []
        check_integrity(codes, found=found.append)
        assert found == []


def booked() -> dict[str, Decimal]:
    """Post what waits; the balance of the accounts that receipts are booked to."""
    post_documents(by=m.JOB)
    codes = (Chart.BANK, Chart.UNMATCHED, Chart.CONTRIBUTIONS)
    found = {str(code): Decimal(0) for code in codes}
    for leg in JournalLeg.objects.filter(account__code__in=codes).select_related("account"):
        found[leg.account.code] += leg.amount
    return found


def held_in_journal() -> Decimal:
    return -booked()[str(Chart.UNMATCHED)]


def test_a_part_is_held_and_the_last_one_settles_on_its_date(due, dependant):
    first = part(due, D(2009, 10, 20), "30")
    assert (first.status, first.problem, first.notice, state(due)) == ("held", "", due, "open")
    with clock.on_day(D(2009, 10, 20)):
        assert held_in_journal() == 30
    last = m.pay(due, D(2009, 11, 3), "170")
    assert told(first, last) == [("matched", ""), ("matched", "")]
    due.refresh_from_db()
    assert (due.status, due.paid_on, due.personal, due.government) == ("paid", D(2009, 11, 3), 200, 100)
    assert m.cover(dependant)[-1] == (D(2010, 1, 1), D(2010, 12, 31))
    with clock.on_day(D(2009, 11, 3)):
        assert held_in_journal() == 0


def test_the_date_is_that_of_the_last_part_also_where_it_was_entered_first(due):
    part(due, D(2009, 11, 10), "30")
    m.pay(due, D(2009, 10, 15), "170", received=D(2009, 11, 12))
    due.refresh_from_db()
    assert (due.status, due.paid_on) == ("paid", D(2009, 11, 10))


def test_parts_of_several_employers_settle_without_anybody_else(due):
    parts = [part(due, D(2009, 10, day), amount, payer=f"单位{day}") for day, amount in ((20, "80"), (21, "70"))]
    assert told(*parts) == [("held", "")] * 2
    last = part(due, D(2009, 10, 25), "50")
    assert told(*parts, last) == [("matched", "")] * 3
    assert state(due) == "paid"


def test_a_part_of_the_whole_amount_settles_at_once(due):
    assert told(part(due, D(2009, 10, 20), "200")) == [("matched", "")]
    assert state(due) == "paid"


def test_a_part_that_would_bring_it_over_the_amount_goes_to_the_clerk(due):
    first = part(due, D(2009, 10, 20), "150")
    assert told(first, part(due, D(2009, 10, 21), "50.01")) == [("held", ""), ("unmatched", "over")]
    assert state(due) == "open"
    part(due, D(2009, 10, 22), "50")
    assert told(first, part(due, D(2009, 10, 23), "1")) == [("matched", ""), ("unmatched", "paid_twice")]


@pytest.mark.parametrize(
    ("on", "received", "problem"),
    [(D(2009, 9, 30), D(2009, 10, 20), "outside_term"), (D(2009, 12, 1), D(2009, 12, 1), "outside_term")],
)
def test_each_part_lies_in_the_term(due, on, received, problem):
    kept = part(due, D(2009, 10, 20), "30")
    assert told(part(due, on, "170", received=received), kept) == [("unmatched", problem), ("held", "")]


def test_a_part_for_no_notice_goes_to_the_clerk(due):
    assert told(part("N2009-9999999", IN, "30")) == [("unmatched", "unknown_notice")]


def test_the_employer_is_named(due):
    with pytest.raises(Invalid) as refused:
        part(due, IN, "30", payer="  ")
    assert refused.value.field == "payer"


def test_who_pays_the_whole_amount_is_insured_and_the_part_is_over(due):
    kept = part(due, D(2009, 10, 20), "30")
    assert told(m.pay(due, D(2009, 10, 25)), kept) == [("matched", ""), ("unmatched", "paid_twice")]
    assert state(due) == "paid"


def test_what_neither_fits_alone_nor_with_the_parts_settles_nothing(due):
    kept = part(due, D(2009, 10, 20), "30")
    assert told(m.pay(due, D(2009, 10, 25), "180"), m.pay(due, D(2009, 10, 25), "169.99"), kept) == [
        ("unmatched", "over"),
        ("unmatched", "short"),
        ("held", ""),
    ]


def test_a_lapse_lets_the_parts_go_and_a_late_line_still_settles_with_them(due, dependant):
    kept = part(due, D(2009, 10, 20), "30")
    m.lapse(D(2009, 12, 1))
    assert told(kept) == [("unmatched", "incomplete")]
    # C6: dated inside the term, it came after the close.
    late = m.pay(due, D(2009, 11, 28), "170", received=D(2009, 12, 3))
    assert told(kept, late) == [("matched", ""), ("matched", "")]
    assert state(due) == "paid"
    assert dependant.enrollments.get().ends is None


def test_a_part_that_comes_after_the_lapse_waits_for_the_rest_with_the_clerk(due):
    m.lapse(D(2009, 12, 1))
    kept = part(due, D(2009, 11, 20), "30", received=D(2009, 12, 2))
    assert told(kept) == [("unmatched", "incomplete")]
    m.pay(due, D(2009, 11, 21), "170", received=D(2009, 12, 3))
    assert (state(due), told(kept)) == ("paid", [("matched", "")])


def test_a_notice_made_anew_for_less_keeps_what_still_fits(due, dependant):
    kept, over = part(due, D(2009, 10, 20), "30"), None
    with clock.on_day(D(2009, 10, 22)):
        make.circumstance(
            dependant, Circumstance.Kind.LOW_INCOME, "low_income", starts=D(2009, 10, 21), ends=D(2010, 10, 20)
        )
        new = services.remake_notice(number=due.number, by=m.clerk())
    assert new.personal == 80
    kept.refresh_from_db()
    assert (kept.status, kept.notice, kept.version) == ("held", new, 2)
    over = part(due, D(2009, 10, 23), "50")
    assert told(kept, over) == [("matched", ""), ("matched", "")]
    assert state(new) == "paid"


def test_a_notice_made_anew_for_what_is_held_is_paid_when_a_clerk_says_so(due, dependant):
    kept = part(due, D(2009, 10, 20), "80")
    with clock.on_day(D(2009, 10, 22)):
        # It holds since before the part was paid, and became known later.
        make.circumstance(
            dependant, Circumstance.Kind.LOW_INCOME, "low_income", starts=D(2009, 10, 18), ends=D(2010, 10, 17)
        )
        new = services.remake_notice(number=due.number, by=m.clerk())
    assert (told(kept), state(new)) == ([("unmatched", "incomplete")], "open")
    with clock.on_day(D(2009, 10, 23)):
        services.assign_receipt(number=kept.number, version=kept.version, notice_number=new.number, by=m.reviewer())
    assert (told(kept), state(new)) == ([("matched", "")], "paid")
    new.refresh_from_db()
    assert new.paid_on == D(2009, 10, 20)


def test_a_fact_that_changed_by_the_last_part_makes_the_notice_anew_with_its_parts(due, dependant):
    kept = part(due, D(2009, 10, 20), "30")
    make.circumstance(
        dependant, Circumstance.Kind.LOW_INCOME, "low_income", starts=D(2009, 10, 25), ends=D(2010, 10, 24)
    )
    last = m.pay(due, D(2009, 10, 28), "50")
    assert told(kept, last) == [("matched", ""), ("matched", "")]
    kept.refresh_from_db()
    new = ContributionNotice.objects.get(replaces=due)
    assert (new.status, new.paid_on, new.personal, kept.notice, last.notice) == ("paid", D(2009, 10, 28), 80, new, new)


def test_the_end_of_the_relationship_lets_the_parts_go(due, dependant):
    kept = part(due, D(2009, 10, 20), "30")
    with clock.on_day(D(2009, 10, 25)):
        registration.add_circumstance(
            resident_number=dependant.number,
            circumstance=CircumstanceData("death", "died", D(2009, 10, 24)),
            by=m.clerk(),
        )
    assert told(kept) == [("unmatched", "incomplete")]


def give_back(receipt: Receipt, on: D) -> None:
    receipt.refresh_from_db()
    with clock.on_day(on):
        services.return_receipt(
            number=receipt.number, version=receipt.version, returned_on=on, note="退票", by=m.reviewer()
        )


@pytest.mark.parametrize("swept", [True, False])
def test_one_part_goes_back_and_comes_again_as_often_as_it_likes(due, swept):
    kept = part(due, D(2009, 10, 20), "30")
    whole = m.pay(due, D(2009, 10, 21), "170")
    for turn in (1, 2):
        day = D(2009, 10, 22 + turn)
        if swept:
            with clock.on_day(day):
                assert held_in_journal() == 0
        give_back(kept, day)
        assert told(kept, whole) == [("returned", ""), ("unmatched", "part_returned")]
        if swept:
            with clock.on_day(day):
                assert held_in_journal() == 170
        # C8: unpaid from the start; the money that is still there counts as soon as the part is paid again.
        live = ContributionNotice.objects.filter(resident=due.resident, contribution_year=2010).latest("pk")
        assert live.status == "returned"
        kept = part(live, day, "30")
        assert told(kept, whole) == [("matched", "")] * 2
        assert ContributionNotice.objects.filter(resident=due.resident, status="paid").count() == 2
    whole.refresh_from_db()
    assert whole.released == 2
    with clock.on_day(D(2009, 11, 1)):
        assert held_in_journal() == 0


def test_what_is_left_of_a_returned_notice_may_be_paid_back(due):
    kept = part(due, D(2009, 10, 20), "30")
    whole = m.pay(due, D(2009, 10, 21), "170")
    give_back(whole, D(2009, 10, 25))
    give_back(kept, D(2009, 10, 26))
    assert told(kept, whole) == [("returned", "part_returned"), ("returned", "")]
    with clock.on_day(D(2009, 10, 27)):
        assert held_in_journal() == 0


def test_a_held_part_is_paid_back(due):
    kept = part(due, D(2009, 10, 20), "30")
    give_back(kept, D(2009, 10, 25))
    assert told(kept) == [("returned", "incomplete")]
    m.pay(due, D(2009, 10, 26))
    assert state(due) == "paid"


def test_a_clerk_assigns_a_part_and_it_is_held(due):
    lost = part("N2009-9999999", D(2009, 10, 20), "30")
    with clock.on_day(D(2009, 10, 25)):
        services.assign_receipt(number=lost.number, version=1, notice_number=due.number, by=m.reviewer())
    assert told(lost) == [("held", "")]
    short = m.pay("N2009-9999999", D(2009, 10, 21), "170")
    with clock.on_day(D(2009, 10, 26)):
        services.assign_receipt(number=short.number, version=1, notice_number=due.number, by=m.reviewer())
    assert told(lost, short) == [("matched", ""), ("matched", "")]
    assert state(due) == "paid"


class TestAPartThatCameThroughTheBank:
    """What an employer transferred is a payment that is short, until a reviewer says what it is (C5)."""

    @pytest.fixture
    def short(self, due) -> Receipt:
        line = files.paid(due, reference="B1", amount=Decimal(120), words="石化公司")
        receipt = files.imported(files.content([line])).rows.get().receipt
        assert receipt is not None
        assert told(receipt) == [("unmatched", "short")]
        return receipt

    def assign(self, receipt: Receipt, notice: ContributionNotice, employer: str = EMPLOYER) -> Receipt:
        with clock.on_day(D(2009, 10, 25)):
            return services.assign_receipt(
                number=receipt.number,
                version=receipt.version,
                notice_number=notice.number,
                employer=employer,
                by=m.reviewer(),
            )

    def test_it_is_held_with_the_employers_name_and_settles_with_the_rest(self, short, due):
        with pytest.raises(Refused):
            self.assign(short, due, employer=" ")
        found = self.assign(short, due)
        assert (found.status, found.channel, found.payer, found.notice) == ("held", "employer", EMPLOYER, due)
        entry = AuditEntry.objects.get(verb="receipts.assign", object_number=short.number)
        assert entry.changes == {
            "notice": due.number,
            "was": "short",
            "channel": ["bank", "employer"],
            "payer": ["石化公司", EMPLOYER],
        }
        with translation.override("en"):
            assert ("Paid at", "Bank → Employer, a part of the amount") in changes_of(entry)
        rest = m.pay(due, D(2009, 10, 26), "80")
        assert told(short, rest) == [("matched", ""), ("matched", "")]
        assert state(due) == "paid"

    def test_the_banks_next_file_finds_it_and_its_return(self, short, due):
        self.assign(short, due)
        again = files.paid(due, reference="B1", amount=Decimal(120), words="石化公司")
        file = files.imported(files.content([again, files.went_back("B1", 120)]))
        assert files.results(file) == [("on_record", ""), ("returned", "")]
        assert told(short) == [("returned", "incomplete")]

    def test_what_is_too_much_for_the_notice_or_has_anothers_reference_is_no_part(self, short, due):
        part(due, IN, "90", bank_reference="OTHER")
        with pytest.raises(Refused) as refused:
            self.assign(short, due)
        assert refused.value.code == "over"
        part("N2009-9999999", IN, "5", bank_reference="B1")
        with pytest.raises(Conflict) as taken:
            self.assign(short, due)
        assert taken.value.code == "reference_taken"
        short.refresh_from_db()
        assert (short.status, short.channel, short.payer) == ("unmatched", "bank", "石化公司")

    def test_what_a_school_collected_is_no_part(self, due):
        collected = m.pay(due, IN, "120", channel="school")
        with pytest.raises(Invalid) as refused:
            self.assign(collected, due)
        assert refused.value.field == "employer"


def test_two_notices_that_are_paid_together_are_held_for_together():
    """B5: a student of the first year pays 2008 and 2009 at once."""
    notice = m.first_notice(m.pupil(), D(2008, 7, 20))
    whole = m.due(notice)
    kept = part(notice, D(2008, 7, 21), "5")
    last = m.pay(notice, D(2008, 7, 22), whole - 5)
    assert told(kept, last) == [("matched", "")] * 2
    assert {row.status for row in ContributionNotice.objects.all()} == {"paid"}


def test_a_line_of_a_bank_file_settles_with_the_parts_and_is_foreseen_so(due):
    kept = part(due, D(2009, 10, 20), "30")
    payments = [services.Payment(due.number, Decimal(170), D(2009, 10, 30), "bank", "LINE 1")]
    with clock.on_day(D(2009, 11, 2)):
        assert services.foresee_payments(payments=payments) == [None]
        (last,) = services.record_payments(payments=payments, by=m.clerk())
    assert last is not None
    assert told(kept, last) == [("matched", "")] * 2
