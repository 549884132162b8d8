"""Wrong data put right with a reason, the value before kept; the settlements that wait, and leaving one (A4, C8)."""

import datetime
from typing import Any

import pytest

from claims import services as claims
from claims.models import SettlementToCorrect
from enrollment.contributions import services as contributions
from enrollment.life import services
from enrollment.life.models import PersonCorrection
from enrollment.life.services.corrections import Right
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Sex
from tests import factories as make
from tests.claims import makers as c
from tests.contributions import makers as m

from .makers import TODAY, D, Story, What

pytestmark = pytest.mark.django_db


def right_of(person: Resident, **values: Any) -> Right:
    person.refresh_from_db()
    given = {
        "name": person.name,
        "birth_date": person.birth_date,
        "sex": Sex(person.sex),
        "id_number": person.id_number,
    }
    return Right(**given | values)


def correct(person: Resident, reason: str = "hukou booklet", by: Any = None, **values: Any) -> Resident:
    right = right_of(person, **values)
    return services.correct_person(
        number=person.number, version=person.version, right=right, reason=reason, by=by or m.clerk()
    )


def kept(person: Resident) -> list[tuple[str, str, str]]:
    return list(person.corrections.order_by("pk").values_list("field", "before", "after"))


def test_a_wrong_birth_date_with_its_number() -> None:
    person = make.resident(birth=D(1950, 3, 1), sex="M", name="张三丰")
    old, number = person.id_number, make.id_number(D(1949, 3, 1), "M")
    correct(person, birth_date=D(1949, 3, 1), id_number=number)
    person.refresh_from_db()
    assert (person.birth_date, person.id_number) == (D(1949, 3, 1), number)
    assert person.circumstances.get(kind="hukou").starts == D(1949, 3, 1)
    assert kept(person) == [("birth_date", "1950-03-01", "1949-03-01"), ("id_number", old, number)]
    entry = AuditEntry.objects.get(verb="residents.correct")
    assert entry.changes == {"fields": ["birth_date", "id_number"]}
    assert entry.note == "hukou booklet"


def test_a_newborn_gets_its_number_and_a_name_its_sound() -> None:
    baby = make.resident(birth=D(2009, 9, 1), sex="F", id_number=None, name="王宝")
    number = make.id_number(D(2009, 9, 1), "F")
    correct(baby, id_number=number, name="单雄信")
    baby.refresh_from_db()
    assert (baby.id_number, baby.name, baby.pinyin) == (number, "单雄信", "shan xiong xin")
    assert kept(baby) == [("name", "王宝", "单雄信"), ("id_number", "", number)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"name": ""}, "name"),
        ({"sex": Sex.F}, "id_number"),
        ({"birth_date": D(2030, 1, 1)}, "birth_date"),
        ({}, None),
    ],
)
def test_what_cannot_be_right(values: dict[str, Any], field: str | None) -> None:
    person = make.resident()
    with pytest.raises(Invalid) as caught:
        correct(person, **values)
    assert caught.value.field == field
    assert not PersonCorrection.objects.exists()


def test_a_number_is_not_taken_away_nor_taken_twice() -> None:
    person, other = make.resident(), make.resident()
    with pytest.raises(Refused):
        correct(person, id_number=None)
    with pytest.raises(Conflict) as caught:
        correct(person, id_number=other.id_number)
    assert caught.value.code == "id_number_taken"


def test_nothing_on_record_may_lie_before_the_birth() -> None:
    person = make.resident(birth=D(2000, 1, 1), sex="M", id_number=None)
    make.circumstance(person, "disability", "2", starts=D(2001, 1, 1))
    with pytest.raises(Invalid) as caught:
        correct(person, birth_date=D(2002, 1, 1))
    assert caught.value.field == "birth_date"


def test_who_may_and_where() -> None:
    person = make.resident(home=make.community("211003001001"))
    with pytest.raises(NotAllowed):
        correct(person, name="甲乙", by=make.actor(Role.COMMUNITY))
    with pytest.raises(NotAllowed):
        correct(person, name="甲乙", by=make.actor(Role.SCHOOL))


def test_a_wrong_hukou_day_is_voided_and_kept() -> None:
    person = make.resident(hukou="county", hukou_since=D(2009, 8, 1))
    services.correct_hukou_day(number=person.number, starts=D(2008, 6, 1), reason="booklet", by=m.clerk())
    rows = person.circumstances.filter(kind="hukou").order_by("pk").values_list("value", "starts", "voided")
    assert list(rows) == [("county", D(2009, 8, 1), True), ("county", D(2008, 6, 1), False)]
    assert kept(person) == [("hukou", "2009-08-01", "2008-06-01")]
    with pytest.raises(Invalid):
        services.correct_hukou_day(number=person.number, starts=D(2008, 6, 1), reason="booklet", by=m.clerk())


# --- the settlements that wait ---------------------------------------------------------------------------------------


def test_a_returned_payment_lists_what_was_settled_on_it(story: Story) -> None:
    """C8: stays already settled stay settled and are listed."""
    receipt = story.person.notices.get(contribution_year=2009).receipts.get()
    contributions.return_receipt(
        number=receipt.number, version=receipt.version, returned_on=TODAY, note="no funds", by=story.reviewer
    )
    row = SettlementToCorrect.objects.get()
    assert (row.settlement, row.status) == (story.settlement, "waiting")
    assert row.reasons["cover"] == ["8000.00", "0.00"]


def test_a_reversal_takes_it_off_the_list(story: Story) -> None:
    story.make(story.change(What.DIED, D(2009, 5, 31)))
    claims.reverse_settlement(number=story.settlement.number, reason="died before", by=story.reviewer)
    assert SettlementToCorrect.objects.get().status == "reversed"


def test_it_may_be_left_with_a_reason_until_something_else_contradicts_it(story: Story) -> None:
    story.make(story.change(What.DIED, D(2009, 5, 31)))
    row = SettlementToCorrect.objects.get()
    given = {"number": story.settlement.number, "version": row.version}
    with pytest.raises(NotAllowed):
        claims.leave_settlement(**given, reason="court", by=story.clerk)
    with pytest.raises(Invalid):
        claims.leave_settlement(**given, reason=" ", by=story.reviewer)
    claims.leave_settlement(**given, reason="court", by=story.reviewer)
    with pytest.raises(Conflict):
        claims.leave_settlement(**given, reason="court", by=story.reviewer)
    # The same contradiction again is no news.
    make.circumstance(story.person, "work", "working", starts=D(2009, 1, 1))
    story.make(story.change(What.WORK_ENDED, D(2009, 9, 1)))
    assert list(SettlementToCorrect.objects.values_list("status", "note")) == [("left", "court")]


def test_the_category_of_the_day_of_admission_counts(story: Story) -> None:
    """D1: what the notice said that covered the day; nothing else of the person."""
    make.circumstance(story.person, "work", "working", starts=D(2009, 1, 1))
    story.person.notices.filter(contribution_year=2009).update(category="minor")
    story.make(story.change(What.WORK_ENDED, D(2009, 9, 1)))
    assert SettlementToCorrect.objects.get().reasons == {"category": ["elderly", "minor"]}


def test_days_that_a_late_payment_covers_are_looked_at(story: Story) -> None:
    """C6: a payment of the window that comes in long after: the stay was settled without its days."""
    m.lapse(D(2009, 12, 1))
    with clock.on_day(D(2010, 2, 1)):
        with_nothing = c.settled(story.person, c.hospital("H2", grade="grade2"), on="2010-01-05", until="2010-01-20")
    assert with_nothing.fund == 0
    m.pay(story.open_notice, D(2009, 11, 20), received=D(2010, 2, 10))
    row = SettlementToCorrect.objects.get()
    assert row.settlement == with_nothing
    assert row.reasons["cover"] == ["0.00", "8000.00"]
    assert row.found_on == datetime.date(2010, 2, 10)
