"""An old man with everything: a relationship, three notices, benefits, a settled stay."""

import datetime
import re
import uuid
from typing import Any

from django.test import Client

from claims.models import Settlement
from enrollment.contributions.models import ContributionNotice
from enrollment.life import services
from enrollment.life.happenings import Happening
from enrollment.life.models import LifeChange
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal import life
from liaoyang_medins.portal.effects import Effect, mark_of
from tests import factories as make
from tests.claims import makers as c
from tests.contributions import makers as m

D = datetime.date
TODAY = D(2009, 10, 20)
What = LifeChange.What
ELSEWHERE = "211003001001"


class Story:
    """Enrolled in August 2008, paid for 2008 and 2009, in hospital in June 2009, the notice for 2010 in hand."""

    def __init__(self, person: Any = None) -> None:
        self.community = m.someone(Role.COMMUNITY)
        self.clerk, self.reviewer = m.clerk(), m.reviewer()
        self.person = person or m.elder()
        m.enrolled(self.person, D(2008, 8, 10))
        m.pay(m.renewal(self.person, D(2008, 10, 8)), D(2008, 10, 8))
        self.settlement = self.stay_in("2009-06-01", "2009-06-10")
        self.open_notice = m.renewal(self.person, D(2009, 10, 12))

    def stay_in(self, first: str, last: str, **values: Any) -> Settlement:
        with clock.on_day(datetime.date.fromisoformat(last)):
            hospital = c.hospital()
            return c.settled(self.person, hospital, on=first, until=last, **values)

    def change(self, what: What, on: D, by: Actor | None = None, **values: Any) -> life.Change:
        """The change, not made yet."""
        happening = Happening(what, on, **values)
        by = by or self.community

        def apply() -> None:
            services.apply_happening(resident_number=self.person.number, happening=happening, by=by)

        return life.Change(self.person, what, apply, on)

    def ahead(self, change: life.Change, by: Actor | None = None) -> tuple[Effect, ...]:
        return life.look_ahead(change, by or self.clerk)

    def make(self, change: life.Change, by: Actor | None = None, submission: uuid.UUID | None = None) -> bool:
        """Look at it, then make it as shown."""
        by = by or self.clerk
        mark = mark_of(life.look_ahead(change, by))
        return life.make(change, submission=submission or uuid.uuid4(), seen=mark, by=by)

    def notices(self) -> list[tuple[int, str, str]]:
        rows = ContributionNotice.objects.filter(resident=self.person).order_by("contribution_year", "pk")
        return [(row.contribution_year, row.status, str(row.personal)) for row in rows]

    def cover(self) -> list[tuple[D, D]]:
        return m.cover(self.person)


def told(effects: tuple[Effect, ...], group: str) -> list[tuple[str, str]]:
    """Before and after of the effects of a group."""
    return [(effect.before, effect.after) for effect in effects if effect.group == group]


HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def confirm(client: Client, address: str, typed: dict[str, Any]) -> Any:
    """Fill in a form, see what it changes, and put that on record; the answer to the last step."""
    page = client.post(address, {"submission": str(uuid.uuid4())} | typed)
    content = page.content.decode()
    if page.status_code != 200 or 'name="confirmed"' not in content:
        return page
    main = content[content.index("<main") :]
    hidden = {name: value for name, value in HIDDEN.findall(main) if name != "csrfmiddlewaretoken"}
    return client.post(address, hidden | {"confirmed": "yes"})


def moved_to(code: str = ELSEWHERE) -> Any:
    return make.community(code)
