"""The sums of supervision against a recount in Python, from the documents and not from the SQL under test."""

import datetime
import threading
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction

from claims.models import InstitutionGrade, Settlement, Stay
from enrollment.contributions.models import Receipt
from enrollment.registration.models import Move, Resident
from funds.models import AccountDay, JournalEntry, StatementSum
from funds.supervision import services
from funds.supervision.models import FundMonth, InstitutionMonth
from funds.supervision.rules import Measures
from funds.supervision.selectors import fund as funds
from funds.supervision.selectors import institutions as stays
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from tests.portal import sound_city

pytestmark = pytest.mark.django_db
JOB = Actor.job("tests")
ZERO = Decimal(0)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The sound city, once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        sound_city.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def city(built, db) -> Iterator[None]:
    with clock.on_day(sound_city.TODAY):
        services.refresh(whole=True, by=JOB)
        yield


def month_of(day: datetime.date) -> datetime.date:
    return day.replace(day=1)


def home_on(person: Resident, day: datetime.date) -> Office:
    """The community in which somebody lived on a day."""
    later = Move.objects.filter(resident=person, voided=False, moved_on__gt=day).order_by("moved_on").first()
    return later.from_community if later else person.community


def district_of(entry: JournalEntry, code: str) -> dict[str, Decimal]:
    """What share of an entry's leg is whose district: told entry by entry, from the document. Empty for none."""
    kind, number = entry.document_type, entry.document_number
    if kind.endswith("receipt") and kind != "subsidy_receipt":
        notice = Receipt.objects.select_related("notice__district").get(number=number.split(".")[0]).notice
        return {notice.district.code: Decimal(1)} if notice else {}
    if kind in ("settlement", "reversal"):
        by = {"number": number} if kind == "settlement" else {"reversal__number": number}
        settled = Settlement.objects.select_related("resident__community").get(**by)
        return {home_on(settled.resident, settled.settled_on).parent.parent.code: Decimal(1)}
    if kind == "statement":
        shares: dict[str, Decimal] = defaultdict(Decimal)
        for row in StatementSum.objects.filter(statement__number=number).select_related("district"):
            shares[row.district.code] += row.city if code == "410101" else row.district_share
        whole = sum(shares.values(), ZERO)
        return {district: part / whole for district, part in shares.items()} if whole else {}
    return {}


def recount_fund() -> dict[tuple[datetime.date, str, str], Decimal]:
    found: dict[tuple[datetime.date, str, str], Decimal] = defaultdict(Decimal)
    for entry in JournalEntry.objects.prefetch_related("legs__account"):
        for leg in entry.legs.all():
            if leg.account.kind not in ("income", "expense"):
                continue
            amount = -leg.amount if leg.account.kind == "income" else leg.amount
            shares = district_of(entry, leg.account.code) or {"": Decimal(1)}
            for district, share in shares.items():
                found[month_of(entry.booked_on), district, leg.account.code] += (amount * share).quantize(
                    Decimal("0.01")
                )
    return {key: amount for key, amount in found.items() if amount}


def kept_fund() -> dict[tuple[datetime.date, str, str], Decimal]:
    rows = FundMonth.objects.select_related("district", "account")
    return {(row.month, row.district.code if row.district else "", row.account.code): row.amount for row in rows}


def grade_on(stay: Stay) -> str:
    for held in InstitutionGrade.objects.filter(institution=stay.institution_id):
        if held.starts <= stay.admitted_on and (held.ends is None or held.ends >= stay.admitted_on):
            return held.grade
    return ""


def recount_stays() -> dict[tuple[datetime.date, str, str, str], tuple[Any, ...]]:
    rows = list(
        Settlement.objects.filter(live=True, stay__outpatient=False).select_related("stay__institution", "stay")
    )
    found: dict[tuple[datetime.date, str, str, str], list[Any]] = {}
    for row in rows:
        stay = row.stay
        again = [
            other.stay
            for other in rows
            if other.resident_id == row.resident_id
            and (other.stay.admitted_on, other.stay.pk) > (stay.admitted_on, stay.pk)
            and 0 <= (other.stay.admitted_on - stay.discharged_on).days <= 14
            and not other.stay.transfer_stated
        ]
        key = (month_of(row.settled_on), stay.institution.code, grade_on(stay), stay.category)
        sums = found.setdefault(key, [0, ZERO, ZERO, ZERO, 0, 0])
        for place, value in enumerate(
            (
                1,
                row.total,
                row.in_scope,
                row.fund,
                max((stay.discharged_on - stay.admitted_on).days, 1),
                int(bool(again) and stay.discharge_way != "transferred"),
            )
        ):
            sums[place] += value
    return {key: tuple(sums) for key, sums in found.items()}


def kept_stays() -> dict[tuple[datetime.date, str, str, str], tuple[Any, ...]]:
    return {
        (row.month, row.institution.code, row.grade, row.category): (
            *(row.stays, row.total, row.in_scope, row.fund),
            *(row.days, row.readmitted),
        )
        for row in InstitutionMonth.objects.select_related("institution")
    }


def test_the_fund_is_what_the_documents_say_to_the_fen() -> None:
    kept = kept_fund()
    assert kept == recount_fund()
    assert len({district for _month, district, _code in kept}) > 2
    assert {code for _month, _district, code in kept} >= {"400101", "410101", "410102", "500101"}


def test_the_months_add_up_to_the_journal() -> None:
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for day in AccountDay.objects.select_related("account").filter(account__kind__in=["income", "expense"]):
        sign = -1 if day.account.kind == "income" else 1
        booked[day.account.code] += sign * (day.debits - day.credits)
    kept: dict[str, Decimal] = defaultdict(Decimal)
    for (_month, _district, code), amount in kept_fund().items():
        kept[code] += amount
    assert kept == {code: amount for code, amount in booked.items() if amount}


def test_institutions_are_what_the_stays_say() -> None:
    assert kept_stays() == recount_stays()
    assert (
        sum(row[0] for row in kept_stays().values())
        == Settlement.objects.filter(live=True).exclude(stay__outpatient=True).count()
    )


def another_stay(person: Resident, admitted: datetime.date, number: str) -> Settlement:
    return sound_city.settle(person, admitted, "900", number)


def test_a_count_of_what_changed_finds_every_month_that_did() -> None:
    before = {row.pk for row in FundMonth.objects.all()}
    first = Settlement.objects.filter(live=True, stay__outpatient=False).order_by("settled_on")[0]
    leaves = first.stay.discharged_on
    # Again a fortnight after a discharge of long ago: the month of that discharge is told otherwise too.
    again = another_stay(first.resident, leaves + datetime.timedelta(days=14), "SUP-1")
    Settlement.objects.filter(pk=again.pk).update(decided_on=sound_city.TODAY)
    sound_city.sweep(sound_city.TODAY)
    with clock.on_day(sound_city.TODAY):
        made = services.refresh(whole=False, by=JOB)
    assert made.months >= 1
    assert (kept_fund(), kept_stays()) == (recount_fund(), recount_stays())
    # Months in which nothing was booked were left alone.
    assert before & {row.pk for row in FundMonth.objects.all()}
    assert sum(row[5] for row in kept_stays().values()) >= 1


def test_nothing_new_is_no_work() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM supervision_fundmonth")
        (before,) = cursor.fetchone()
        services.refresh(whole=False, by=JOB)
        cursor.execute("SELECT max(id) FROM supervision_fundmonth")
        assert cursor.fetchone() == (before,)


def test_whoever_counts_first_counts_alone() -> None:
    """The count of the fixture is not over for others: its transaction is open."""
    told: list[object] = []

    def count() -> None:
        try:
            services.refresh(whole=False, by=JOB)
        except Conflict as error:
            told.append(error.code)
        finally:
            connection.close()

    thread = threading.Thread(target=count)
    thread.start()
    thread.join()
    assert told == ["counting"]


def test_who_may_count() -> None:
    with pytest.raises(NotAllowed):
        services.refresh(whole=False, by=sound_city.actor("hospital"))
    with pytest.raises(NotAllowed):
        services.refresh(whole=False, by=sound_city.actor("district-finance"))


def test_a_district_sees_its_own_alone() -> None:
    city, own = sound_city.actor("city-finance"), sound_city.actor("district-finance")
    everything = funds.fund_report(city, sound_city.TODAY, 2009)
    part = funds.fund_report(own, sound_city.TODAY, 2009)
    told = {row.office.code: row for row in everything.districts if row.office}
    assert [row.office for row in part.districts] == [own.office]
    assert part.total == told[own.office.code].flow
    assert part.balance == told[own.office.code].balance
    assert sum((row.balance for row in everything.districts), ZERO) == everything.balance
    assert sum((row.flow.income for row in everything.districts), ZERO) == everything.total.income
    assert not funds.fund_months_seen_by(sound_city.actor("hospital")).exists()
    assert not stays.institution_months_seen_by(own).exists()


def test_the_balance_goes_from_year_to_year() -> None:
    city = sound_city.actor("city-finance")
    years = [funds.fund_report(city, sound_city.TODAY, year) for year in (2008, 2009, 2010)]
    assert years[0].before == ZERO
    for earlier, later in pairwise(years):
        assert later.before == earlier.balance
        assert later.year_before == earlier.total
    for report in years:
        assert report.balance == report.before + report.total.surplus
    assert [row.month.month for row in years[1].months] == list(range(1, 13))


def test_an_institution_beside_the_rest_of_its_grade() -> None:
    supervisor = sound_city.actor("supervisor")
    report = stays.institution_report(supervisor, stays.period_of(sound_city.TODAY, 2009))
    assert report.rows
    for row in report.rows:
        (whole,) = [each.own for each in report.grades if each.grade == row.grade]
        assert row.own + row.rest == whole
    assert sum((row.own for row in report.rows), Measures()) == report.total
    course = stays.course_of(supervisor, report.rows[0].institution, report.period)
    assert [row.month.month for row in course] == list(range(1, 13))
    own = [row.own for row in report.rows if row.institution == report.rows[0].institution]
    assert sum((row.own for row in course), Measures()) == sum(own, Measures())
    assert sum((row.rest for row in course), Measures()) == report.rows[0].rest
