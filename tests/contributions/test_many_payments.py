"""The lines of a bank file: recorded together, each as it would be at the counter."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.contributions import services
from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt
from enrollment.contributions.services import Payment
from enrollment.registration.models import Circumstance, Enrollment
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from . import makers as m

D = datetime.date
IN_WINDOW = D(2009, 10, 20)
# A doubt is the bank file's alone.
AT_THE_COUNTER = [name for name in Payment.__dataclass_fields__ if name != "doubt"]
pytestmark = pytest.mark.django_db


def renewed() -> ContributionNotice:
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    return m.renewal(person, D(2009, 10, 5))


def line(notice: ContributionNotice | str, reference: str, **values: Any) -> Payment:
    number = notice if isinstance(notice, str) else notice.number
    amount = Decimal(200) if isinstance(notice, str) else m.due(notice)
    given = {"amount": amount, "paid_on": IN_WINDOW, "channel": "bank", "payer": "张大爷"}
    return Payment(stated_notice=number, bank_reference=reference, **given | values)


def together(lines: list[Payment], on: datetime.date = IN_WINDOW) -> list[Receipt | None]:
    with clock.on_day(on):
        return services.record_payments(payments=lines, by=m.clerk())


def one_by_one(lines: list[Payment], on: datetime.date = IN_WINDOW) -> list[Receipt | None]:
    found: list[Receipt | None] = []
    with clock.on_day(on):
        for each in lines:
            try:
                with transaction.atomic():
                    found.append(
                        services.record_payment(**{name: getattr(each, name) for name in AT_THE_COUNTER}, by=m.clerk())
                    )
            except Conflict:
                found.append(None)
    return found


def columns(model: Any, *left: str) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in left]


def records() -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the tables, without the keys and numbers of what the payments made."""
    newest = {"notice_id": "notice__resident_id", "replaced_by_id": "replaced_by__resident_id"}

    def rows(model: Any, *left: str) -> list[tuple[Any, ...]]:
        names = [newest.get(name, name) for name in columns(model, "id", "number", *left)]
        return sorted((tuple(map(str, row)) for row in model.objects.values_list(*names)), key=str)

    return {
        "notices": rows(ContributionNotice),
        "receipts": rows(Receipt),
        "periods": rows(BenefitPeriod),
        "enrollments": rows(Enrollment),
        "audit": sorted(
            tuple(map(str, row)) for row in AuditEntry.objects.values_list("verb", "resident", "actor_name", "note")
        ),
    }


def undone(work: Callable[[], Any]) -> Any:
    with transaction.atomic():
        found = work()
        transaction.set_rollback(True)
    return found


# --- each as at the counter ------------------------------------------------------------------------------------------


def test_a_line_settles_its_notice():
    notices = [renewed() for _ in range(3)]
    receipts = together([line(notice, f"B{place}") for place, notice in enumerate(notices)])
    assert [receipt.status for receipt in receipts if receipt] == ["matched"] * 3
    assert [m.state(notice) for notice in notices] == ["paid"] * 3
    assert [m.cover(notice.resident)[-1] for notice in notices] == [(D(2010, 1, 1), D(2010, 12, 31))] * 3
    assert len({receipt.number for receipt in receipts if receipt}) == 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_together_they_leave_what_one_by_one_leaves(data):
    """Exact, short, over, twice, of nobody, late, with a fact that changed, of somebody who left, with a reference
    that was taken: in any number and order.
    """
    with transaction.atomic():
        people = {
            "plain": renewed(),
            "other": renewed(),
            "became poor": renewed(),
            "died": renewed(),
            "lapsed": renewed(),
            "first": m.first_notice(m.newborn(), D(2009, 10, 6)),
            "pupil": m.first_notice(m.pupil(), D(2009, 10, 6)),
        }
        poor, dead = people["became poor"].resident, people["died"].resident
        make.circumstance(poor, Circumstance.Kind.LOW_INCOME, "low_income", starts=D(2009, 10, 10))
        make.circumstance(dead, Circumstance.Kind.DEATH, "died", starts=D(2009, 10, 10))
        m.lapse(D(2009, 12, 1))
        names = [*people, "unknown"]
        drawn = data.draw(
            st.lists(
                st.tuples(
                    st.sampled_from(names),
                    st.sampled_from([0, 0, 0, -10, 5]),
                    st.sampled_from([IN_WINDOW, IN_WINDOW, D(2009, 12, 2)]),
                    st.integers(0, 8),
                    st.sampled_from(["bank", "bank", "counter"]),
                ),
                min_size=1,
                max_size=12,
            )
        )
        lines = [
            line(
                "N1999-1" if name == "unknown" else people[name],
                f"REF{reference}",
                amount=(Decimal(200) if name == "unknown" else m.due(people[name])) + off,
                paid_on=paid,
                channel=channel,
            )
            for name, off, paid, reference, channel in drawn
        ]
        known = D(2009, 12, 3)
        alone = undone(lambda: ([row and (row.status, row.problem) for row in one_by_one(lines, known)], records()))
        found = undone(lambda: ([row and (row.status, row.problem) for row in together(lines, known)], records()))
        assert found == alone
        transaction.set_rollback(True)


def test_a_line_of_a_taken_reference_is_none_and_changes_nothing():
    first, second = renewed(), renewed()
    together([line(first, "A")])
    before = records()
    assert together([line(first, "A"), line(second, "A")]) == [None, None]
    assert records() == before
    mixed = together([line(second, "B"), line(second, "B")])
    assert [row is None for row in mixed] == [False, True]


def test_the_statements_do_not_grow_with_the_lines():
    def statements(count: int) -> int:
        lines = [line(renewed(), f"S{count}-{place}") for place in range(count)]
        with CaptureQueriesContext(connection) as captured:
            receipts = together(lines)
        assert all(receipt and receipt.status == "matched" for receipt in receipts)
        return len(captured.captured_queries)

    assert statements(2) == statements(12)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": Decimal(0)}, "Enter an amount above zero."),
        ({"amount": Decimal("1.001")}, "at most two decimals"),
        ({"paid_on": D(2009, 10, 21)}, "lies in the future"),
        ({"paid_on": D(2008, 1, 1)}, "The scheme began"),
        ({"bank_reference": " "}, "Enter the bank reference."),
    ],
)
def test_a_line_that_is_no_payment_refuses_them_all_and_is_named(wrong, words):
    notice = renewed()
    bad = {"stated_notice": notice.number, "amount": Decimal(200), "paid_on": IN_WINDOW, "channel": "bank"}
    with pytest.raises(Invalid, match="Line 2") as error:
        together([line(notice, "A"), Payment(**{"bank_reference": "B", **bad, **wrong})])
    assert words in str(error.value)
    assert not Receipt.objects.filter(bank_reference="A").exists()
    assert m.state(notice) == "open"


def test_who_may_not_record_receipts_may_not_record_many():
    with pytest.raises(NotAllowed):
        services.record_payments(payments=[], by=make.actor(Role.COMMUNITY))


def test_no_lines_are_no_receipts():
    assert together([]) == []
