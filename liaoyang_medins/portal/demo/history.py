"""The years that lie behind the demo's day: residents who enrolled, paid, renewed or did not, written set by set.

What each owes and from when it covers comes from the rules, with the policy of the time; nothing is made up here but
who came when.
"""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

from enrollment.contributions import rules
from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from enrollment.registration.names import sort_key
from enrollment.registration.rules import PersonFacts, reference_date
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.numbers import next_numbers
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, LowIncome, Sex, StudentKind

from .people import Person, Town

AREA = settings.POOLING_AREA
WINDOW_2009 = (datetime.date(2008, 10, 1), datetime.date(2008, 11, 30))
LAW = datetime.date(2008, 7, 1)


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
    on: datetime.date
    paid_on: datetime.date | None
    cover: tuple[datetime.date, datetime.date] | None
    joint: bool = False


@dataclass(slots=True)
class Life:
    """A resident's way through the scheme up to the demo's day."""

    person: Person
    registered_on: datetime.date
    eligible_since: datetime.date
    notices: list[Paid] = field(default_factory=list)


class Past:
    """Draws and writes the lives of `count` residents up to `as_of`."""

    def __init__(self, town: Town, as_of: datetime.date, maker: User) -> None:
        self.town = town
        self.as_of = as_of
        self.maker = maker

    def lives(self, count: int) -> list[Life]:
        kinds = self.town.random.choices(("infant", "student", "working_age", "elderly"), (14, 33, 11, 42), k=count)
        return [life for kind in kinds if (life := self.life(kind)) is not None]

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
        person = self.town.person(kind, registered)
        since = max(LAW, person.birth, *(s.starts for s in person.statuses if s.kind in ("low_income", "disability")))
        life = Life(person, registered, since)
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
            contribution, on = self.contribution(life, year, paid)
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
            contribution, on = self.contribution(life, year, paid or opens)
            if contribution.personal is None:
                return
            cover = (datetime.date(year, 1, 1), datetime.date(year, 12, 31)) if paid else None
            life.notices.append(
                Paid(EnrollmentKind.RENEWAL, year, 12, opens, (opens, closes), contribution, on, paid, cover)
            )

    def contribution(self, life: Life, year: int, paid: datetime.date) -> tuple[rules.Contribution, datetime.date]:
        on = reference_date(year, life.registered_on)
        number = year - life.notices[0].year + 1 if life.notices else 1
        law = policy.for_contribution_year(AREA, year)
        facts = facts_of(life.person, paid)
        return rules.assess_contribution(facts, on, law, moved_in=None, contribution_year_no=number), on

    def write(self, lives: Iterable[Life]) -> None:
        """Write the lives with one statement for each table and thousand rows."""
        lives = list(lives)
        residents = write_residents([life.person for life in lives], [life.registered_on for life in lives])
        registrations = self._registrations(lives, residents)
        enrollments = Enrollment.objects.bulk_create(
            [
                Enrollment(
                    number=number,
                    resident=registration.resident,
                    registration=registration,
                    starts=registration.received_on,
                    **self._ended(life),
                )
                for life, registration, number in zip(
                    lives,
                    registrations,
                    next_numbers("enrollment", [life.registered_on for life in lives]),
                    strict=True,
                )
            ],
            batch_size=1000,
        )
        self._notices(lives, residents, enrollments)

    def _ended(self, life: Life) -> dict[str, Any]:
        last = life.notices[-1]
        lapsed = last.paid_on is not None and datetime.date(last.year, 12, 31) < self.as_of
        return {"ends": datetime.date(last.year, 12, 31), "end_reason": "lapsed"} if lapsed else {}

    def _registrations(self, lives: list[Life], residents: list[Resident]) -> list[Registration]:
        numbers = next_numbers("registration", [life.registered_on for life in lives])
        return Registration.objects.bulk_create(
            [
                Registration(
                    number=number,
                    submission=uuid.UUID(int=self.town.random.getrandbits(128), version=4),
                    resident=resident,
                    office=life.person.community,
                    status=Registration.Status.RECORDED,
                    received_on=life.registered_on,
                    accepted_on=life.registered_on,
                    step_since=life.registered_on,
                    reference_date=life.notices[0].on,
                    category=str(life.notices[0].contribution.category),
                    tier=str(life.notices[0].contribution.tier),
                    facts=to_json(facts_of(life.person, life.registered_on)),
                    policy_version=policy_on(life.registered_on).version,
                    policy_hash=policy_on(life.registered_on).content_hash,
                    made_by=self.maker,
                )
                for life, resident, number in zip(lives, residents, numbers, strict=True)
            ],
            batch_size=1000,
        )

    def _notices(self, lives: list[Life], residents: list[Resident], enrollments: list[Enrollment]) -> None:
        flat = [
            (life, paid, resident, enrollment)
            for life, resident, enrollment in zip(lives, residents, enrollments, strict=True)
            for paid in life.notices
        ]
        districts = {d.pk: d for d in Office.objects.filter(kind=Office.Kind.DISTRICT)}
        numbers = next_numbers("notice", [paid.issued_on for _life, paid, _r, _e in flat])
        notices = [
            self._notice(life, paid, resident, enrollment, number, districts)
            for (life, paid, resident, enrollment), number in zip(flat, numbers, strict=True)
        ]
        notices = ContributionNotice.objects.bulk_create(notices, batch_size=1000)
        second: list[ContributionNotice] = []
        for index, (_life, paid, _resident, _enrollment) in enumerate(flat):
            if paid.joint:
                notices[index].joint_with = notices[index - 1]
                second.append(notices[index])
        ContributionNotice.objects.bulk_update(second, ["joint_with"], batch_size=1000)
        self._receipts(flat, notices)
        BenefitPeriod.objects.bulk_create(
            [
                BenefitPeriod(resident=resident, notice=notice, starts=paid.cover[0], ends=paid.cover[1])
                for (_life, paid, resident, _e), notice in zip(flat, notices, strict=True)
                if paid.cover
            ],
            batch_size=1000,
        )

    def _notice(
        self,
        life: Life,
        paid: Paid,
        resident: Resident,
        enrollment: Enrollment,
        number: str,
        districts: dict[int, Office],
    ) -> ContributionNotice:
        law = policy.for_contribution_year(AREA, paid.year)
        facts = facts_of(life.person, paid.paid_on or paid.issued_on)
        year_no = paid.year - life.notices[0].year + 1
        assert resident.community.parent is not None  # noqa: S101  a community lies in a sub-district
        return ContributionNotice(
            number=number,
            resident=resident,
            enrollment=enrollment,
            kind=paid.kind.value,
            contribution_year=paid.year,
            months=paid.months,
            category=str(paid.contribution.category),
            tier=str(paid.contribution.tier),
            student=facts.student is StudentKind.SCHOOL,
            personal=paid.contribution.personal,
            government=paid.contribution.government,
            city=paid.contribution.city,
            district_share=paid.contribution.district,
            district=districts[resident.community.parent.parent_id or 0],
            year_no=year_no,
            eligible_since=life.eligible_since,
            issued_on=paid.issued_on,
            pay_from=paid.term[0],
            pay_until=paid.term[1],
            paid_on=paid.paid_on,
            status=ContributionNotice.Status.PAID if paid.paid_on else ContributionNotice.Status.OPEN,
            facts=to_json(rules.ContributionFacts(facts, paid.on, None, year_no)),
            policy_version=law.version,
            policy_hash=law.content_hash,
        )

    def _receipts(self, flat: list[Any], notices: list[ContributionNotice]) -> None:
        joint = {n.joint_with_id: n.personal for n in notices if n.joint_with_id}
        settled = [(n, n.paid_on) for n in notices if n.paid_on and not n.joint_with_id]
        numbers = next_numbers("receipt", [paid_on for _notice, paid_on in settled])
        Receipt.objects.bulk_create(
            [
                Receipt(
                    number=number,
                    notice=notice,
                    stated_notice=notice.number,
                    amount=notice.personal + joint.get(notice.pk, Decimal(0)),
                    paid_on=paid_on,
                    received_on=paid_on,
                    channel=Receipt.Channel.BANK,
                    bank_reference=f"LYB{number[1:].replace('-', '')}",
                    payer=notice.resident.name,
                    status=Receipt.Status.MATCHED,
                )
                for (notice, paid_on), number in zip(settled, numbers, strict=True)
            ],
            batch_size=1000,
        )


def write_residents(people: list[Person], days: list[datetime.date]) -> list[Resident]:
    """The residents of `people`, first seen on `days`, with their circumstances."""
    residents = Resident.objects.bulk_create(
        [
            Resident(
                number=number,
                id_number=person.id_number,
                name=person.name,
                pinyin=sort_key(person.name),
                sex=person.sex,
                birth_date=person.birth,
                community=person.community,
                address=person.address,
                phone=person.phone,
            )
            for person, number in zip(people, next_numbers("resident", days), strict=True)
        ],
        batch_size=1000,
    )
    Circumstance.objects.bulk_create(
        [
            Circumstance(
                resident=resident,
                kind=status.kind,
                value=status.value,
                starts=status.starts,
                ends=status.ends,
                school=status.school,
                document_number=status.document,
            )
            for resident, person in zip(residents, people, strict=True)
            for status in person.statuses
        ],
        batch_size=1000,
    )
    return residents


def day_between(r: Any, first: datetime.date, last: datetime.date, *, cut: int = 0) -> datetime.date:
    """A day from `first` to `last`, at least `cut` days before the last."""
    return first + datetime.timedelta(days=r.randrange((last - first).days + 1 - cut))
