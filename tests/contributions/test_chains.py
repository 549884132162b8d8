"""Notices of which one took the place of another: a late payment for the first, and money that went back (C6, C8)."""

import datetime

import pytest

from enrollment.cockpit.selectors.people import UNPAID
from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.portal.integrity import check_integrity
from tests import factories as make
from tests.bankfiles import makers as files
from tests.cockpit.makers import cells_kept, cells_told, standing

from . import makers as m

D = datetime.date
KNOWN = D(2009, 4, 24)
EMPLOYER = {"channel": "employer", "payer": "辽阳石化公司"}
Chain = list[ContributionNotice]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sound(db):
    """After each test notices, receipts and the window's sums agree, whatever happened."""
    yield
    with clock.on_day(D(2010, 2, 1)):
        found: list[object] = []
        check_integrity(["notice", "receipt"], found=found.append)
        assert found == []


def anew(notice: ContributionNotice, on: datetime.date) -> ContributionNotice:
    with clock.on_day(on):
        return services.remake_notice(number=notice.number, by=m.clerk())


# --- a late payment for the first of three ---------------------------------------------------------------------------


@pytest.fixture
def chain(person, notice) -> Chain:
    """The first lapsed, the second was made anew inside its term for another amount."""
    m.lapse(D(2009, 4, 20))
    second = anew(notice, D(2009, 4, 22))
    make.circumstance(person, m.Kind.LOW_INCOME, "low_income", starts=D(2009, 4, 23))
    return [notice, second, anew(second, D(2009, 4, 23))]


def states(chain: Chain) -> list[str]:
    return [m.state(notice) for notice in chain]


def test_a_late_payment_for_the_first_of_three_settles_it_at_the_counter(chain, person):
    assert states(chain) == ["remade", "remade", "open"]
    receipt = m.pay(chain[0], D(2009, 4, 19), 40, received=KNOWN)
    assert (receipt.status, receipt.notice) == ("matched", chain[0])
    assert states(chain) == ["paid", "remade", "remade"]
    assert [notice.replaced_by for notice in chain] == [None, chain[2], chain[0]]
    assert m.cover(person) == [(D(2009, 5, 1), D(2009, 12, 31))]
    # Whichever of them a payment names, the one that is paid is found.
    assert [m.pay(notice, D(2009, 4, 24), 40).problem for notice in chain] == ["paid_twice"] * 3


def test_it_is_foreseen_in_a_bank_file_and_settled_with_the_other_lines(chain):
    other = m.first_notice(m.newborn(), D(2009, 4, 1))
    lines = [files.paid(chain[0], day=D(2009, 4, 19)), files.paid(other, day=D(2009, 4, 19))]
    data = files.content(lines, file_day=KNOWN)
    found = files.bring(data, on=KNOWN)
    dry = files.Run.objects.get(kind="bankfile", dry_run=True)
    assert (dry.counts["matched"], states(chain)) == ("2", ["remade", "remade", "open"])
    files.start(found, on=KNOWN)
    assert files.work_off(found).status == "finished"
    assert files.results(found) == [("matched", "")] * 2
    assert states([*chain, other]) == ["paid", "remade", "remade", "paid"]


def test_two_that_are_paid_together_give_way_together(db):
    """B5: the notices of 2008 and 2009, made anew twice."""
    first = m.first_notice(m.pupil(), D(2008, 7, 20))
    m.lapse(D(2008, 8, 20))
    second = anew(first, D(2008, 8, 21))
    make.circumstance(first.resident, m.Kind.LOW_INCOME, "low_income", starts=D(2008, 8, 22))
    third = anew(second, D(2008, 8, 22))
    receipt = m.pay(first, D(2008, 8, 18), received=D(2008, 8, 25))
    assert (receipt.status, receipt.notice) == ("matched", first)
    pairs = [[row, row.joint] for row in ContributionNotice.objects.filter(joint_with=None).order_by("pk")]
    assert [pair[0] for pair in pairs] == [first, second, third]
    assert [states(pair) for pair in pairs] == [["paid"] * 2, ["remade"] * 2, ["remade"] * 2]
    assert {row.replaced_by for row in pairs[2]} == {first}


def test_what_was_held_for_the_last_is_one_payment_too_many(chain):
    held = m.pay(chain[2], D(2009, 4, 23), 5, **EMPLOYER)
    assert held.status == "held"
    m.pay(chain[0], D(2009, 4, 19), 40, received=KNOWN)
    held.refresh_from_db()
    assert (held.status, held.problem, held.notice) == ("unmatched", "paid_twice", chain[2])


# --- renewed after the bank took the payment back --------------------------------------------------------------------


def taken_back(receipt: Receipt, on: datetime.date) -> None:
    with clock.on_day(on):
        services.take_back_payment(number=receipt.number, returned_on=on, note="退票", by=m.clerk())


def window_opened(person: Resident, on: datetime.date) -> ContributionNotice:
    with clock.on_day(on):
        run = services.open_window(contribution_year=2010, by=m.clerk(), calls=False)
    runs.work_off(number=run.number)
    return person.notices.get(contribution_year=2010, status="open")


def stand(person: Resident) -> list[ContributionNotice]:
    """What counts of the person for 2010, told by hand; the kept sums say the same."""
    assert cells_kept() == cells_told()
    return [row for row in standing() if (row.resident_id, row.contribution_year) == (person.pk, 2010)]


@pytest.mark.parametrize("renew", [m.renewal, window_opened], ids=["at the counter", "by the window's run"])
@pytest.mark.parametrize("named", ["the old", "the new"])
def test_who_renews_after_a_return_is_counted_once(renew, named):
    person = m.pupil()
    m.enrolled(person, D(2009, 3, 20))
    old = m.renewal(person, D(2009, 10, 5))
    taken_back(m.pay(old, D(2009, 10, 10)), D(2009, 10, 25))
    assert stand(person) == [old]
    new = renew(person, D(2009, 11, 16))
    assert (m.state(old), old.replaced_by, new.personal) == ("returned", new, 40)
    assert stand(person) == [new]
    assert list(ContributionNotice.objects.filter(UNPAID, contribution_year=2010)) == [new]
    receipt = m.pay(old if named == "the old" else new, D(2009, 11, 20), 40)
    assert (receipt.problem, receipt.notice) == ("", new)
    assert stand(person) == [new]
    assert not ContributionNotice.objects.filter(UNPAID, contribution_year=2010).exists()


@pytest.fixture
def left_over(db) -> tuple[Receipt, Chain]:
    """170 yuan of somebody whose employer's 30 went back, with the returned notice and the one made since."""
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    old = m.renewal(person, D(2009, 10, 5))
    part = m.pay(old, D(2009, 10, 9), 30, **EMPLOYER)
    rest = m.pay(old, D(2009, 10, 10), 170)
    taken_back(part, D(2009, 10, 25))
    new = m.renewal(person, D(2009, 10, 26))
    rest.refresh_from_db()
    assert (rest.status, rest.problem, rest.notice, rest.version) == ("unmatched", "part_returned", new, 3)
    return rest, [old, new]


@pytest.mark.parametrize("named", [0, 1])
def test_what_is_left_of_the_returned_notice_counts_for_the_new_one(left_over, named):
    rest, chain = left_over
    again = m.pay(chain[named], D(2009, 10, 28), 30, **EMPLOYER)
    rest.refresh_from_db()
    assert [(row.status, row.notice) for row in (again, rest)] == [("matched", chain[1])] * 2
    assert states(chain) == ["returned", "paid"]


def test_two_payments_that_are_no_parts_do_not_settle_together(left_over):
    rest, chain = left_over
    assert m.pay(chain[1], D(2009, 10, 28), 30).problem == "short"
    assert states(chain) == ["returned", "open"]
    assert m.pay(chain[1], D(2009, 10, 29), 200).problem == ""
    rest.refresh_from_db()
    assert (rest.status, rest.problem) == ("unmatched", "paid_twice")


def test_a_late_payment_in_the_returned_notices_term_makes_the_newer_one_give_way(notice, person):
    taken_back(m.pay(notice, D(2009, 3, 25)), D(2009, 4, 20))
    second = anew(notice, D(2009, 4, 22))
    receipt = m.pay(notice, D(2009, 4, 18), 40, received=KNOWN)
    assert (receipt.status, receipt.notice.pay_until) == ("matched", D(2009, 4, 19))
    chain = [notice, second, receipt.notice]
    assert states(chain) == ["returned", "remade", "paid"]
    assert [row.replaced_by for row in chain] == [receipt.notice, receipt.notice, None]
    assert m.cover(person) == [(D(2009, 5, 1), D(2009, 12, 31))]
