"""What befell people shortly before the demo's day: a cover elsewhere that became known late, requests for records, a
double record, a name put right. So that nobody's list of work is empty on the first day.
"""

import datetime
import uuid
from collections.abc import Mapping

from claims.models import Settlement
from enrollment.life import services
from enrollment.life.happenings import Happening
from enrollment.life.models import LifeChange
from enrollment.life.services.corrections import Right
from enrollment.registration.data import PersonData
from enrollment.registration.models import Resident
from enrollment.registration.services.people import put_on_record
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.portal import life
from liaoyang_medins.portal.effects import mark_of

from .people import Town

DAY = datetime.timedelta(days=1)


class Lives:
    """Lets the demo's clerks put on record what they heard of in the last days; where nobody fits, nothing happens."""

    def __init__(self, town: Town, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.town, self.as_of, self.actors = town, as_of, actors
        home = actors["community"].office
        if home is None:
            raise ValueError("The community's clerk works at a community.")
        self.home: Office = home

    def work(self) -> None:
        with clock.on_day(self.as_of - 3 * DAY):
            self.covered_elsewhere()
            self.second_record()
        with clock.on_day(self.as_of - 2 * DAY):
            self.transfers()
            self.wrong_name()

    def at_home(self) -> list[Resident]:
        """Adults of the demo's community with a paid notice, in the order of their numbers."""
        rows = Resident.objects.filter(community=self.home, notices__status="paid", circumstances__kind="hukou")
        return list(
            rows.exclude(id_number=None).exclude(circumstances__kind="death").distinct().order_by("number")[:6]
        )

    def covered_elsewhere(self) -> None:
        """Somebody has had employee insurance since before a stay that is settled: it waits for a correction."""
        free = Settlement.objects.filter(live=True, fund__gt=0).exclude(resident__circumstances__kind="scheme")
        found = free.filter(resident__enrollments__ends=None).select_related("resident", "stay")
        settlement = found.order_by("-settled_on", "number").first()
        if settlement is None:
            return
        person, clerk, said = settlement.resident, self.actors["clerk"], "单位参保，来函告知"
        since = max(day_before(settlement.stay.admitted_on).replace(day=1), person.birth_date)
        joined = Happening(LifeChange.What.SCHEME_JOINED, since, "employee")

        def apply() -> None:
            services.apply_happening(resident_number=person.number, happening=joined, reason=said, by=clerk)

        change = life.Change(person, joined.what, apply, since, said)
        seen = mark_of(life.look_ahead(change, clerk))
        life.make(change, submission=uuid.uuid5(uuid.NAMESPACE_OID, person.number), seen=seen, by=clerk)

    def second_record(self) -> None:
        """A record that was begun without the ID number, of somebody who is on record."""
        people = self.at_home()
        if not people:
            return
        person = people[-1]
        stated = PersonData(person.name, person.birth_date, Sex(person.sex), self.elsewhere(), address="民主路8号")
        double, _is_new = put_on_record(stated, on=clock.today(), by=Actor.job("demo city"))
        services.propose_merge(
            survivor=person.number, duplicate=double.number, reason="同一户口簿，系重复建档", by=self.actors["clerk"]
        )

    def elsewhere(self) -> Office:
        """A community of another district."""
        return next(home for home in self.town.communities if home.code[:6] != self.home.code[:6])

    def transfers(self) -> None:
        """The demo's community asks for somebody, and is asked for somebody."""
        other = self.elsewhere()
        theirs = Resident.objects.filter(community=other, notices__status="paid").exclude(id_number=None)
        wanted = theirs.order_by("number").distinct().first()
        moved = clock.today() - 20 * DAY
        if wanted is not None and wanted.birth_date <= moved:
            services.ask_transfer(
                resident_id=wanted.pk,
                moved_on=moved,
                address="中华大街16号3单元201室",
                reason="户口簿已迁入本社区",
                by=self.actors["community"],
            )
        people = self.at_home()
        if people and people[0].birth_date <= moved:
            services.ask_transfer(
                resident_id=people[0].pk,
                moved_on=moved,
                address="新华路5号1单元102室",
                reason="房产证、户口簿",
                by=Actor(ActorKind.JOB, "demo city", office=other),
            )

    def wrong_name(self) -> None:
        """A character of a name was wrong."""
        people = self.at_home()
        if len(people) < 2:
            return
        person = people[1]
        right = Right(person.name[:1] + "晓" + person.name[-1:], person.birth_date, Sex(person.sex), person.id_number)
        if right.name != person.name:
            services.correct_person(
                number=person.number,
                version=person.version,
                right=right,
                reason="户口簿记载不同，录入有误",
                by=self.actors["community"],
            )
