"""A small city through two windows: who went on, who paid when, who did not; and the sums told anew from rows."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import TypeVar

from enrollment.cockpit.models import NoticeSum
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.lists.models import ClassMembership
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import Office
from tests import factories as make
from tests.contributions import makers as m

D = datetime.date
K = TypeVar("K", bound=Hashable)
# In the second window; the first was a year before.
TODAY = D(2009, 11, 10)
ENROLLED = D(2008, 8, 10)
HOME, NEXT, OTHER, FAR = "211002001001", "211002001002", "211002002001", "211003001001"
# Where, address, and on which day of October and November 2008 and 2009 they paid for the year after; None: not.
PEOPLE: tuple[tuple[str, str, D | None, D | None], ...] = (
    (HOME, "民主路10号1单元301", D(2008, 10, 1), D(2009, 10, 1)),
    (HOME, "民主路9号2单元102", D(2008, 10, 20), None),
    (HOME, "民主路9号2单元101", D(2008, 11, 30), None),
    (HOME, "安平街3号", D(2008, 11, 15), D(2009, 11, 10)),
    (HOME, "", D(2008, 10, 2), None),
    (NEXT, "新华路1号", D(2008, 10, 2), D(2009, 10, 20)),
    (NEXT, "新华路2号", D(2008, 11, 2), None),
    (OTHER, "文圣路7号", D(2008, 10, 9), D(2009, 10, 9)),
    (FAR, "中华大街5号", D(2008, 11, 20), None),
    (FAR, "中华大街6号", D(2008, 11, 29), D(2009, 11, 9)),
)


def elder(place: int, home: str, address: str) -> Resident:
    return make.resident(
        birth=D(1940, 5, 6), name=f"老人{place}", home=make.community(home), address=address, phone=f"0419-{place:07d}"
    )


def goes_on(person: Resident, paid: D | None, year: int) -> ContributionNotice:
    """The renewal for a year, made on the first day of its window, and paid if it was."""
    notice = m.renewal(person, D(year - 1, 10, 1))
    if paid is not None:
        assert m.pay(notice, paid).problem == ""
        notice.refresh_from_db()
    return notice


def city() -> list[Resident]:
    """Everybody of PEOPLE, through both windows."""
    found = []
    for place, (home, address, first, second) in enumerate(PEOPLE):
        person = elder(place, home, address)
        m.enrolled(person, ENROLLED)
        goes_on(person, first, 2009)
        goes_on(person, second, 2010)
        found.append(person)
    return found


def pupils(count: int = 3) -> list[Resident]:
    """Pupils of the first school in two classes, the last in none, enrolled in 2008; the first paid for 2010."""
    school = make.school()
    found = []
    for place in range(count):
        person = m.pupil(home=make.community(HOME), address=f"学府街{place + 1}号", phone=f"0419-9{place:06d}")
        m.enrolled(person, ENROLLED)
        notice = m.renewal(person, D(2009, 10, 1))
        if place == 0:
            assert m.pay(notice, D(2009, 10, 12)).problem == ""
        if place < count - 1:
            ClassMembership.objects.create(
                resident=person, school=school, grade=3, class_name=("10", "9")[place % 2], starts=D(2009, 9, 1)
            )
        found.append(person)
    return found


# --- told anew -------------------------------------------------------------------------------------------------------


def standing() -> list[ContributionNotice]:
    """The notices that count, picked by hand."""
    rows = ContributionNotice.objects.select_related("resident__community__parent__parent").order_by("pk")
    return [
        row
        for row in rows
        if row.status in ("open", "paid", "lapsed") or (row.status == "returned" and row.replaced_by_id is None)
    ]


def cells_told() -> dict[tuple[object, ...], tuple[int, Decimal, Decimal]]:
    """Every cell from the notices themselves."""
    found: dict[tuple[object, ...], tuple[int, Decimal, Decimal]] = {}
    for row in standing():
        day = row.paid_on if row.status == "paid" else None
        key = (row.contribution_year, row.resident.community_id, row.kind, row.category, row.tier, day)
        count, personal, government = found.get(key, (0, Decimal(0), Decimal(0)))
        found[key] = (count + 1, personal + row.personal, government + row.government)
    return found


def cells_kept() -> dict[tuple[object, ...], tuple[int, Decimal, Decimal]]:
    """Every cell as it is kept."""
    found: dict[tuple[object, ...], tuple[int, Decimal, Decimal]] = {}
    for row in NoticeSum.objects.all():
        key = (row.contribution_year, row.community_id, row.kind, row.category, row.tier, row.paid_on)
        count, personal, government = found.get(key, (0, Decimal(0), Decimal(0)))
        found[key] = (count + row.notices, personal + row.personal, government + row.government)
    return {key: value for key, value in found.items() if value != (0, 0, 0)}


def payments() -> list[tuple[ContributionNotice, D]]:
    """Each notice that a matched receipt settles, with its value date; of two that are paid at once both."""
    found = []
    joint = {row.joint_with_id: row for row in ContributionNotice.objects.filter(joint_with__isnull=False)}
    for receipt in Receipt.objects.filter(status="matched").select_related("notice__resident__community"):
        assert receipt.notice is not None
        pair = [receipt.notice, *([joint[receipt.notice.pk]] if receipt.notice.pk in joint else [])]
        assert sum(row.personal for row in pair) == receipt.amount
        for row in pair:
            row.resident = receipt.notice.resident
            found.append((row, receipt.paid_on))
    return found


def received_by_day(
    paid: Iterable[tuple[ContributionNotice, D]], year: int, kind: str, inside: Callable[[Resident], bool]
) -> dict[D, Decimal]:
    """What these payments brought for a year, by their value date."""
    found: dict[D, Decimal] = defaultdict(Decimal)
    for row, day in paid:
        if row.contribution_year == year and (not kind or row.kind == kind) and inside(row.resident):
            found[day] += row.personal
    return dict(found)


def lives_in(office: Office) -> Callable[[Resident], bool]:
    """Official codes nest."""
    prefix = "" if office.kind == "area" else office.code
    return lambda person: person.community.code.startswith(prefix)


def told(
    year: int, kind: str, office: Office, until: D | None = None, *, among: list[ContributionNotice] | None = None
) -> tuple[int, int, Decimal, Decimal]:
    """Notices, paid, due and received of an office, from the notices themselves; `among`: from those that stand."""
    inside = lives_in(office)
    rows = [
        row
        for row in (standing() if among is None else among)
        if row.contribution_year == year and (not kind or row.kind == kind) and inside(row.resident)
    ]
    paid = [row for row in rows if row.status == "paid" and (until is None or row.paid_on <= until)]  # type: ignore[operator]
    return len(rows), len(paid), total(row.personal for row in rows), total(row.personal for row in paid)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
