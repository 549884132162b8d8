"""Notices of which one took the place of another: a late payment for the first, and money that went back (C6, C8)."""

import datetime

import pytest

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel import clock
from liaoyang_medins.portal.integrity import check_integrity
from tests import factories as make
from tests.bankfiles import makers as files

from . import makers as m

D = datetime.date
KNOWN = D(2009, 4, 24)
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
    held = m.pay(chain[2], D(2009, 4, 23), 5, channel="employer", payer="辽阳石化公司")
    assert held.status == "held"
    m.pay(chain[0], D(2009, 4, 19), 40, received=KNOWN)
    held.refresh_from_db()
    assert (held.status, held.problem, held.notice) == ("unmatched", "paid_twice", chain[2])
