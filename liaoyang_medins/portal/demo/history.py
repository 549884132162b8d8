"""The years that lie behind the demo's day: residents who enrolled, paid, renewed or did not, one after the other.

What each owes and from when it covers comes from the rules, with the policy of the time; nothing is made up here but
who came when.
"""

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from enrollment.contributions import rules
from enrollment.registration.rules import PersonFacts, reference_date
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, LowIncome, Sex, StudentKind

from .people import Person, Town

AREA = settings.POOLING_AREA
WINDOW_2009 = (datetime.date(2008, 10, 1), datetime.date(2008, 11, 30))
LAW = datetime.date(2008, 7, 1)
# Infants, students, people of working age, elderly people.
KINDS = (14, 33, 11, 42)


def policy_on(day: datetime.date) -> policy.Policy:
    return policy.on(AREA, day)


def facts_of(person: Person, on: datetime.date) -> PersonFacts:
    """The facts of somebody of the demo city on a day."""
    holds = {s.kind: s.value for s in person.statuses if s.starts <= on and (s.ends is None or on <= s.ends)}
    return PersonFacts(
        sex=Sex(person.sex),
        birth_date=person.birth,
        student=StudentKind(holds.get("student", "none")),
        low_income=LowIncome(holds.get("low_income", "none")),
        disability_grade=int(holds.get("disability", 0)),
        working="work" in holds,
        local_hukou="hukou" in holds,
    )


@dataclass(slots=True)
class Paid:
    """A notice of the past, and when it was paid; None where it is still open."""

    kind: EnrollmentKind
    year: int
    months: int
    issued_on: datetime.date
    term: tuple[datetime.date, datetime.date]
    contribution: rules.Contribution
    facts: PersonFacts
    on: datetime.date
    paid_on: datetime.date | None
    cover: tuple[datetime.date, datetime.date] | None
    joint: bool = False

    @property
    def student(self) -> bool:
        return self.facts.student is StudentKind.SCHOOL


@dataclass(slots=True)
class Life:
    """A resident's way through the scheme up to the demo's day."""

    person: Person
    registered_on: datetime.date
    eligible_since: datetime.date
    submission: uuid.UUID
    notices: list[Paid] = field(default_factory=list)


class Past:
    """Draws the lives of residents up to `as_of`, each after the other: how many are drawn at a time is all one."""

    def __init__(self, town: Town, as_of: datetime.date) -> None:
        self.town = town
        self.as_of = as_of

    def one(self) -> Life | None:
        """The next life; None for somebody who may not take part."""
        (kind,) = self.town.random.choices(("infant", "student", "working_age", "elderly"), KINDS)
        return self.life(kind)

    def life(self, kind: str) -> Life | None:
        r = self.town.random
        when = r.choices(("early", "window", "later"), (58, 27, 15))[0]
        if when == "early":
            last = datetime.date(2008, 9, 25) if kind == "student" else datetime.date(2008, 8, 25)
            registered = day_between(r, datetime.date(2008, 7, 4), last)
        elif when == "window":
            registered = day_between(r, *WINDOW_2009, cut=4)
        else:
            registered = day_between(r, datetime.date(2009, 1, 6), datetime.date(2009, 9, 20))
            kind = r.choice(("newborn", "newborn", kind))
        person = self.town.person(kind, registered, household=self.town.household())
        since = max(LAW, person.birth, *(s.starts for s in person.statuses if s.kind in ("low_income", "disability")))
        life = Life(person, registered, since, uuid.UUID(int=r.getrandbits(128), version=4))
        if not self.first_notice(life):
            return None
        self.renewals(life)
        return life

    def first_notice(self, life: Life) -> bool:
        """The first notice and its payment, as the rules answer; False where the person may not take part."""
        r = self.town.random
        paid = life.registered_on + datetime.timedelta(days=r.randrange(5))
        student = facts_of(life.person, paid).student is StudentKind.SCHOOL
        start = rules.benefit_start(
            rules.BenefitFacts(EnrollmentKind.FIRST, life.eligible_since, paid, student, made=life.registered_on),
            policy_on,
        )
        years = [start.notice_year, *([start.prepaid_year] if start.prepaid_year else [])]
        for year in years:
            contribution, facts, on = self.contribution(life, year, paid)
            if contribution.personal is None:
                return False
            months = 12
            if year == 2008:
                months = 4 if student else 3
                scale = rules.for_2008_student if student else rules.for_2008_quarter
                contribution = scale(contribution, policy_on(on))
            joint = year == start.prepaid_year
            first = datetime.date(year, 1, 1) if joint else start.start
            life.notices.append(
                Paid(
                    EnrollmentKind.FIRST,
                    year,
                    months,
                    life.registered_on,
                    rules.notice_term(EnrollmentKind.FIRST, life.registered_on, year, policy_on(paid)),
                    contribution,
                    facts,
                    on,
                    paid,
                    (first, datetime.date(year, 12, 31)),
                    joint,
                )
            )
        return True

    def renewals(self, life: Life) -> None:
        r = self.town.random
        for year in (2009, 2010):
            opens, closes = rules.payment_window(year, policy_on(LAW))
            if life.notices[-1].year >= year or opens > self.as_of:
                continue
            pays = r.random() < (0.97 if closes < self.as_of else 0.8)
            paid: datetime.date | None = day_between(r, opens, closes) if pays else None
            if paid and paid >= self.as_of:
                paid = None
            if paid is None and closes < self.as_of:
                # Who skipped a closed window has lapsed (W8).
                return
            contribution, facts, on = self.contribution(life, year, paid or opens)
            if contribution.personal is None:
                return
            cover = (datetime.date(year, 1, 1), datetime.date(year, 12, 31)) if paid else None
            life.notices.append(
                Paid(EnrollmentKind.RENEWAL, year, 12, opens, (opens, closes), contribution, facts, on, paid, cover)
            )

    def contribution(
        self, life: Life, year: int, paid: datetime.date
    ) -> tuple[rules.Contribution, PersonFacts, datetime.date]:
        on = reference_date(year, life.registered_on)
        number = year - life.notices[0].year + 1 if life.notices else 1
        law = policy.for_contribution_year(AREA, year)
        facts = facts_of(life.person, paid)
        found = rules.assess_contribution(facts, on, law, moved_in=None, contribution_year_no=number)
        return found, facts, on


def day_between(r: Any, first: datetime.date, last: datetime.date, *, cut: int = 0) -> datetime.date:
    """A day from `first` to `last`, at least `cut` days before the last."""
    return first + datetime.timedelta(days=r.randrange((last - first).days + 1 - cut))
