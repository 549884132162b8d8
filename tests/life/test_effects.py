"""Which change in life has which effect on notices, benefits, districts and settlements (W9, E1, Art. 13)."""

import random
import uuid
from typing import Any

import pytest

from claims.models import SettlementToCorrect
from enrollment.cards.models import InsuranceCard
from enrollment.cards.services import make_card
from enrollment.life.happenings import OFFERED
from enrollment.life.models import LifeChange
from enrollment.registration import selectors as registration
from enrollment.registration import services as registration_services
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid
from liaoyang_medins.portal import life
from liaoyang_medins.portal.digest import digest_of, digest_tables
from liaoyang_medins.portal.effects import mark_of
from liaoyang_medins.portal.integrity import Finding, check_integrity
from tests import factories as make

from .makers import TODAY, D, Story, What, moved_to, told

CUT = D(2009, 5, 31)
YEAR = D(2009, 12, 31)

# what, its day, its fields → last covered day of 2009, the notice for 2010, whether the settled stay of June waits
TABLE: list[tuple[What, D, dict[str, Any], D, list[tuple[str, str]], bool]] = [
    (What.DIED, CUT, {}, CUT, [("open", "200.00")], True),
    (What.DIED, D(2009, 6, 1), {}, D(2009, 6, 1), [("open", "200.00")], False),
    (What.DIED, D(2009, 10, 15), {}, D(2009, 10, 15), [("open", "200.00")], False),
    (What.MOVED_AWAY, CUT, {}, CUT, [("open", "200.00")], True),
    (What.MOVED_AWAY, D(2009, 11, 30), {}, D(2009, 11, 30), [("open", "200.00")], False),
    (What.SCHEME_JOINED, D(2009, 6, 1), {"value": "employee"}, CUT, [("open", "200.00")], True),
    (What.SCHEME_JOINED, D(2009, 6, 2), {"value": "rural"}, D(2009, 6, 1), [("open", "200.00")], False),
    (
        What.LOW_INCOME,
        D(2009, 10, 15),
        {"value": "low_income"},
        YEAR,
        [("remade", "200.00"), ("open", "80.00")],
        False,
    ),
    (
        What.LOW_INCOME,
        D(2009, 10, 15),
        {"value": "low_income_edge"},
        YEAR,
        [("remade", "200.00"), ("open", "160.00")],
        False,
    ),
    (
        What.LOW_INCOME,
        D(2009, 10, 1),
        {"value": "low_income", "ends": D(2009, 10, 10)},
        YEAR,
        [("open", "200.00")],
        False,
    ),
    (What.DISABILITY, D(2009, 10, 15), {"value": "2"}, YEAR, [("remade", "200.00"), ("open", "80.00")], False),
    (What.DISABILITY, D(2009, 10, 15), {"value": "3"}, YEAR, [("open", "200.00")], False),
    (What.SCHOOL, D(2009, 9, 1), {"value": "school"}, YEAR, [("remade", "200.00"), ("open", "40.00")], False),
    (What.SCHOOL, D(2009, 9, 1), {"value": "university"}, YEAR, [("open", "200.00")], False),
    (What.WORK, D(2009, 9, 1), {}, YEAR, [("open", "200.00")], False),
    (What.PENSION, D(2009, 9, 1), {"value": "here"}, YEAR, [("open", "200.00")], False),
    (What.PENSION, D(2009, 9, 1), {"value": "elsewhere"}, YEAR, [("open", "200.00")], False),
]


# What held before, what ended then or began → may take part on the day itself, before and after; the notice for 2010.
HELD = D(2009, 9, 1)
ENDED = D(2009, 10, 10)
AFTERWARDS: list[tuple[What, dict[str, Any], What, dict[str, Any], tuple[str, str] | None, list[tuple[str, str]]]] = [
    (What.PENSION, {"value": "here"}, What.PENSION_ENDED, {}, ("No:", "Yes: Elderly"), [("open", "200.00")]),
    (What.PENSION, {"value": "elsewhere"}, What.PENSION_ENDED, {}, ("No:", "Yes: Elderly"), [("open", "200.00")]),
    (
        What.SCHOOL,
        {"value": "school"},
        What.SCHOOL_LEFT,
        {},
        ("Yes: Minor or student", "Yes: Elderly"),
        [("remade", "200.00"), ("remade", "40.00"), ("open", "200.00")],
    ),
    (
        What.SCHOOL,
        {"value": "university"},
        What.SCHOOL_LEFT,
        {},
        ("No:", "Yes: Elderly"),
        [("open", "200.00")],
    ),
    (What.SCHEME_JOINED, {"value": "rural"}, What.SCHEME_LEFT, {}, ("No:", "Yes: Elderly"), [("open", "200.00")]),
    (
        What.MOVED_AWAY,
        {},
        What.MOVED_IN,
        {"value": "outside"},
        ("No:", "Yes: Elderly"),
        [("open", "200.00")],
    ),
    (
        What.LOW_INCOME,
        {"value": "low_income_edge"},
        What.LOW_INCOME_ENDED,
        {},
        None,
        [("remade", "200.00"), ("remade", "160.00"), ("open", "200.00")],
    ),
    (
        What.DISABILITY,
        {"value": "2"},
        What.DISABILITY_ENDED,
        {},
        None,
        [("remade", "200.00"), ("remade", "80.00"), ("open", "200.00")],
    ),
    (What.WORK, {}, What.WORK_ENDED, {}, None, [("open", "200.00")]),
]


@pytest.mark.parametrize(("first", "fields", "then", "more", "eligible", "notice"), AFTERWARDS)
def test_what_ends_again_gives_back_what_it_took(
    story: Story,
    first: What,
    fields: dict[str, Any],
    then: What,
    more: dict[str, Any],
    eligible: tuple[str, str] | None,
    notice: list[tuple[str, str]],
) -> None:
    if fields.get("value") == "school":
        fields = fields | {"school": make.school()}
    assert story.make(story.change(first, HELD, **fields))
    change = story.change(then, ENDED, **more)
    effects = story.ahead(change)
    if eligible is None:
        assert told(effects, "eligibility") == []
    else:
        ((before, after),) = told(effects, "eligibility")
        assert (before.startswith(eligible[0]), after) == (True, eligible[1])
    assert story.make(change)
    assert [row[1:] for row in story.notices() if row[0] == 2010] == notice
    # Nobody is enrolled again by it: a relationship that ended stays ended (W8).
    assert (registration.current_enrollment(story.person) is None) is (first in (What.MOVED_AWAY, What.SCHEME_JOINED))
    assert sound() == []


def test_somebody_of_working_age_who_works_may_not_take_part_until_they_stop(db: None) -> None:
    """E4: severely disabled and not working."""
    person = make.resident(birth=D(1970, 5, 6), sex="M", name="李四")
    make.circumstance(person, "disability", "2", starts=D(2008, 1, 1))
    story = Story(person)
    effects = story.ahead(story.change(What.WORK, HELD))
    assert told(effects, "eligibility")[0][0] == "Yes: Working age"
    assert told(effects, "eligibility")[0][1].startswith("No:")
    assert told(effects, "notices")[0][1].startswith("180.00 · Cannot be paid any more: ")
    story.make(story.change(What.WORK, HELD))
    effects = story.ahead(story.change(What.WORK_ENDED, ENDED))
    assert told(effects, "eligibility")[0][1] == "Yes: Working age"
    assert told(effects, "notices")[0][1] == "180.00 · To be paid until 2009-11-30"


def test_every_change_that_is_offered_is_in_a_table() -> None:
    """A move has one of its own."""
    tried = {row[0] for row in TABLE} | {row[0] for row in AFTERWARDS} | {row[2] for row in AFTERWARDS} | {What.MOVED}
    assert tried == set(OFFERED)


def test_what_a_change_does_to_the_card_is_shown(story: Story) -> None:
    with clock.on_day(D(2009, 10, 2)):
        card = make_card(resident_number=story.person.number, by=story.clerk)
    assert told(story.ahead(story.change(What.WORK, D(2009, 9, 1))), "cards") == []
    died = told(story.ahead(story.change(What.DIED, D(2009, 10, 15))), "cards")
    assert died == [("Made", "Made · covers nobody after 2009-10-15")]
    story.make(story.change(What.DIED, D(2009, 10, 15)))
    registration_services.void_circumstance(
        circumstance_id=story.person.circumstances.get(kind="death").pk, reason="another of that name", by=story.clerk
    )
    InsuranceCard.objects.filter(pk=card.pk).update(status="replaced", reason="x")
    assert told(story.ahead(story.change(What.DIED, D(2009, 10, 15))), "cards") == []


@pytest.mark.parametrize(("what", "on", "fields", "last", "notice", "waits"), TABLE)
def test_what_a_change_changes(
    story: Story, what: What, on: D, fields: dict[str, Any], last: D, notice: list[tuple[str, str]], waits: bool
) -> None:
    if what == What.SCHOOL and fields["value"] == "school":
        fields = fields | {"school": make.school()}
    change = story.change(what, on, **fields)
    effects = story.ahead(change)
    before = digest_of(digest_tables())
    assert story.ahead(change) == effects
    assert digest_of(digest_tables()) == before, "a preview leaves nothing behind"
    assert bool(told(effects, "settlements")) is waits
    assert story.make(change)
    assert story.cover()[-1] == (D(2009, 1, 1), last)
    assert [row[1:] for row in story.notices() if row[0] == 2010] == notice
    assert SettlementToCorrect.objects.filter(status="waiting").exists() is waits
    assert [row[1:] for row in story.notices() if row[0] < 2010] == [("paid", "50.00"), ("paid", "200.00")]
    assert sound() == []


def sound() -> list[Finding]:
    found: list[Finding] = []
    check_integrity(
        ("resident", "circumstance", "enrollment", "notice", "period", "settlement", "cap"), found=found.append
    )
    # What the makers load by hand has no audit entry and no stored benefit facts.
    return found


def test_a_notice_that_cannot_be_paid_says_why(story: Story) -> None:
    effects = story.ahead(story.change(What.PENSION, D(2009, 9, 1), value="here"))
    ((before, after),) = told(effects, "notices")
    assert before == "200.00 · To be paid until 2009-11-30"
    assert after.startswith("200.00 · Cannot be paid any more: ")
    ((before, after),) = told(effects, "eligibility")
    assert (before, after[:3]) == ("Yes: Elderly", "No:")
    effects = story.ahead(story.change(What.DIED, D(2009, 10, 15)))
    assert told(effects, "notices")[0][1].endswith("the relationship has ended")
    assert told(effects, "relationship")[0][1] == "until 2009-10-15: Death"
    assert ("2009-01-01 – 2009-12-31", "2009-01-01 – 2009-10-15") in told(effects, "benefits")


def test_a_new_notice_is_told_without_its_number(story: Story) -> None:
    effects = story.ahead(story.change(What.LOW_INCOME, D(2009, 10, 15), value="low_income"))
    labels = [effect.label for effect in effects if effect.group == "notices"]
    assert "New notice for 2010" in labels
    assert told(effects, "notices") == [
        ("—", "80.00 · To be paid until 2009-11-30"),
        ("200.00 · To be paid until 2009-11-30", "200.00 · Made anew"),
    ] or told(effects, "notices") == [
        ("200.00 · To be paid until 2009-11-30", "200.00 · Made anew"),
        ("—", "80.00 · To be paid until 2009-11-30"),
    ]


@pytest.mark.parametrize(("on", "changed"), [(D(2009, 10, 10), 0), (D(2008, 9, 1), 1), (D(2008, 8, 1), 2)])
def test_a_move_changes_the_district_of_what_is_paid_after_it(story: Story, on: D, changed: int) -> None:
    """C3: of 2008, paid on 10 August, and 2009, paid on 8 October."""
    change = story.change(What.MOVED, on, community=moved_to(), address="民主路8号")
    effects = story.ahead(change)
    assert len(told(effects, "district")) == changed
    assert told(effects, "person") != []
    assert story.make(change)
    districts = story.person.notices.filter(status="paid").order_by("contribution_year")
    assert [row.district.code for row in districts].count("211003") == changed
    story.person.refresh_from_db()
    assert (story.person.community.code, story.person.address) == (moved_to().code, "民主路8号")
    assert [row[1:] for row in story.notices() if row[0] == 2010] == [("open", "200.00")], "no new paper for a move"


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        ((What.LOW_INCOME, {"value": "low_income"}), What.LOW_INCOME_ENDED),
        ((What.DISABILITY, {"value": "1"}), What.DISABILITY_ENDED),
    ],
)
def test_an_expired_certificate_makes_the_notice_dearer_again(
    story: Story, begun: tuple[What, dict[str, Any]], ended: What
) -> None:
    story.make(story.change(begun[0], D(2009, 9, 1), **begun[1]))
    assert story.notices()[-1] == (2010, "open", "80.00")
    story.make(story.change(ended, D(2009, 10, 10)))
    assert [row[1:] for row in story.notices() if row[0] == 2010] == [
        ("remade", "200.00"),
        ("remade", "80.00"),
        ("open", "200.00"),
    ]


def test_the_end_of_another_scheme_leaves_the_relationship_ended(story: Story) -> None:
    """W8: a new eligibility begins, and with it a registration of its own."""
    story.make(story.change(What.SCHEME_JOINED, D(2009, 6, 1), value="employee"))
    story.make(story.change(What.SCHEME_LEFT, D(2009, 9, 30)))
    assert story.cover()[-1] == (D(2009, 1, 1), CUT)
    assert registration.current_enrollment(story.person) is None


def test_what_is_taken_back_is_taken_off_the_list(story: Story) -> None:
    story.make(story.change(What.DIED, CUT))
    row = SettlementToCorrect.objects.get()
    assert (row.status, row.reasons) == ("waiting", {"cover": ["8000.00", "0.00"]})
    registration_services.void_circumstance(
        circumstance_id=story.person.circumstances.get(kind="death").pk, reason="another of that name", by=story.clerk
    )
    row.refresh_from_db()
    assert (row.status, row.closed_on) == ("right_again", TODAY)


def test_the_same_form_twice_changes_once(story: Story) -> None:
    change = story.change(What.WORK, D(2009, 9, 1))
    mark, form = mark_of(story.ahead(change)), uuid.uuid4()
    assert life.make(change, submission=form, seen=mark, by=story.clerk)
    assert not life.make(change, submission=form, seen=mark, by=story.clerk)
    assert LifeChange.objects.get().what == "work"
    assert story.person.circumstances.filter(kind="work").count() == 1


def test_what_is_confirmed_is_what_was_shown(story: Story) -> None:
    change = story.change(What.LOW_INCOME, D(2009, 10, 15), value="low_income")
    mark = mark_of(story.ahead(change))
    story.make(story.change(What.DIED, CUT))
    entries = AuditEntry.objects.count()
    with pytest.raises(Conflict) as caught:
        life.make(change, submission=uuid.uuid4(), seen=mark, by=story.clerk)
    assert caught.value.code == "effects_changed"
    assert AuditEntry.objects.count() == entries
    assert not story.person.circumstances.filter(kind="low_income").exists()


def test_who_sees_no_stays_is_told_how_many_settlements_wait(story: Story) -> None:
    change = story.change(What.DIED, CUT)
    assert told(story.ahead(change, story.community), "settlements") == [("0", "1")]
    assert told(story.ahead(change, story.clerk), "settlements") == [("Stands", "To be corrected")]


def test_nothing_that_could_end_is_said_at_the_day(story: Story) -> None:
    with pytest.raises(Invalid) as caught:
        story.ahead(story.change(What.PENSION_ENDED, D(2009, 9, 1)))
    assert caught.value.field == "on"


VALUES = {
    What.SCHEME_JOINED: ("employee", "rural"),
    What.LOW_INCOME: ("low_income", "low_income_edge"),
    What.DISABILITY: ("1", "2", "3", "4"),
    What.PENSION: ("here", "elsewhere"),
    What.SCHOOL: ("university",),
    What.MOVED_IN: ("native", "county", "outside"),
}
KINDS = [
    what
    for what in What
    if what.value not in ("added", "ended", "voided", "corrected", "details", "transferred", "merged")
]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_is_made_as_shown_and_leaves_the_records_sound(story: Story, seed: int) -> None:
    """A dozen lives of things that happen in any order, known early or late: what is previewed is what is done, and
    the list of settlements is always what a look at each of them anew gives.
    """
    r = random.Random(seed)
    made = 0
    for _step in range(10):
        what = r.choice(KINDS)
        fields: dict[str, Any] = {"value": r.choice(VALUES[what])} if what in VALUES else {}
        if what == What.MOVED:
            fields["community"] = moved_to(r.choice(["211003001001", "211004001001", "211002001002"]))
        on = D(2008, 7, 1) + (TODAY - D(2008, 7, 1)) * r.random()
        change = story.change(what, on, by=story.clerk, **fields)
        try:
            effects = story.ahead(change)
        except DomainError:
            continue
        assert life.make(change, submission=uuid.uuid4(), seen=mark_of(effects), by=story.clerk)
        made += 1
        waits = SettlementToCorrect.objects.filter(status="waiting").exists()
        june = any(first <= D(2009, 6, 1) <= last for first, last in story.cover())
        assert waits is not june
    assert made
    assert sound() == []
