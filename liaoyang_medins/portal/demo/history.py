"""The years that lie behind the demo's day: residents who enrolled, paid, renewed or did not, written batch by batch.

What each owes and from when it covers comes from the rules, with the policy of the time; nothing is made up here but
who came when.
"""

import datetime
import uuid
from collections.abc import Callable
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
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, LowIncome, Sex, StudentKind

from .bulk import Table, loaded_numbers
from .people import Person, Town

AREA = settings.POOLING_AREA
WINDOW_2009 = (datetime.date(2008, 10, 1), datetime.date(2008, 11, 30))
LAW = datetime.date(2008, 7, 1)
# Residents that are drawn, then written, at a time.
BATCH = 2000


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
        self.districts = {
            community.pk: community.parent.parent_id for community in town.communities if community.parent is not None
        }

    def work(self, count: int, progress: Callable[[int], None]) -> None:
        """Draw and write about `count` residents, a batch at a time, so that memory does not grow with the city.

        `progress` hears after each batch how many there are.
        """
        for first in range(0, count, BATCH):
            self.write(self.lives(min(BATCH, count - first)))
            progress(min(first + BATCH, count))

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

    def write(self, lives: list[Life]) -> None:
        """Write the lives with one statement for each table."""
        residents = write_residents([life.person for life in lives], [life.registered_on for life in lives])
        registrations = self._registrations(lives, residents)
        table = Table(Enrollment)
        enrollments = table.keys(len(lives))
        table.write(
            {
                "id": enrollment,
                "number": number,
                "resident_id": resident,
                "registration_id": registration,
                "starts": life.registered_on,
                **self._ended(life),
            }
            for enrollment, life, resident, registration, number in zip(
                enrollments,
                lives,
                residents,
                registrations,
                loaded_numbers(Enrollment, [life.registered_on for life in lives]),
                strict=True,
            )
        )
        self._notices(lives, residents, enrollments)

    def _ended(self, life: Life) -> dict[str, Any]:
        last = life.notices[-1]
        lapsed = last.paid_on is not None and datetime.date(last.year, 12, 31) < self.as_of
        day = datetime.date(last.year, 12, 31)
        return {"ends": day, "end_reason": "lapsed", "lapsed_on": day} if lapsed else {}

    def _registrations(self, lives: list[Life], residents: list[int]) -> list[int]:
        table = Table(Registration)
        keys = table.keys(len(lives))
        numbers = loaded_numbers(Registration, [life.registered_on for life in lives])
        table.write(
            {
                "id": key,
                "number": number,
                "submission": uuid.UUID(int=self.town.random.getrandbits(128), version=4),
                "resident_id": resident,
                "office_id": life.person.community.pk,
                "status": Registration.Status.RECORDED.value,
                "received_on": life.registered_on,
                "accepted_on": life.registered_on,
                "step_since": life.registered_on,
                "reference_date": life.notices[0].on,
                "category": str(life.notices[0].contribution.category),
                "tier": str(life.notices[0].contribution.tier),
                "facts": to_json(facts_of(life.person, life.registered_on)),
                "policy_version": policy_on(life.registered_on).version,
                "policy_hash": policy_on(life.registered_on).content_hash,
                "made_by_id": self.maker.pk,
            }
            for key, life, resident, number in zip(keys, lives, residents, numbers, strict=True)
        )
        return keys

    def _notices(self, lives: list[Life], residents: list[int], enrollments: list[int]) -> None:
        flat = [
            (life, paid, resident, enrollment)
            for life, resident, enrollment in zip(lives, residents, enrollments, strict=True)
            for paid in life.notices
        ]
        table = Table(ContributionNotice)
        keys = table.keys(len(flat))
        numbers = loaded_numbers(ContributionNotice, [paid.issued_on for _life, paid, _r, _e in flat])
        notices = []
        for index, (life, paid, resident, enrollment) in enumerate(flat):
            notice = self._notice(life, paid) | {
                "id": keys[index],
                "number": numbers[index],
                "resident_id": resident,
                "enrollment_id": enrollment,
                "joint_with_id": keys[index - 1] if paid.joint else None,
            }
            notices.append(notice)
        table.write(notices)
        self._receipts([life for life, _paid, _r, _e in flat], notices)
        periods = [
            {"resident_id": resident, "notice_id": key, "starts": paid.cover[0], "ends": paid.cover[1]}
            for (_life, paid, resident, _e), key in zip(flat, keys, strict=True)
            if paid.cover
        ]
        table = Table(BenefitPeriod)
        table.write({"id": key, **row} for key, row in zip(table.keys(len(periods)), periods, strict=True))

    def _notice(self, life: Life, paid: Paid) -> dict[str, Any]:
        law = policy.for_contribution_year(AREA, paid.year)
        facts = facts_of(life.person, paid.paid_on or paid.issued_on)
        year_no = paid.year - life.notices[0].year + 1
        return {
            "kind": paid.kind.value,
            "contribution_year": paid.year,
            "months": paid.months,
            "category": str(paid.contribution.category),
            "tier": str(paid.contribution.tier),
            "student": facts.student is StudentKind.SCHOOL,
            "personal": paid.contribution.personal,
            "government": paid.contribution.government,
            "city": paid.contribution.city,
            "district_share": paid.contribution.district,
            "district_id": self.districts[life.person.community.pk],
            "year_no": year_no,
            "eligible_since": life.eligible_since,
            "issued_on": paid.issued_on,
            "pay_from": paid.term[0],
            "pay_until": paid.term[1],
            "paid_on": paid.paid_on,
            "status": (ContributionNotice.Status.PAID if paid.paid_on else ContributionNotice.Status.OPEN).value,
            "facts": to_json(rules.ContributionFacts(facts, paid.on, None, year_no)),
            "policy_version": law.version,
            "policy_hash": law.content_hash,
        }

    def _receipts(self, lives: list[Life], notices: list[dict[str, Any]]) -> None:
        joint = {row["joint_with_id"]: row["personal"] for row in notices if row["joint_with_id"]}
        settled = [
            (life, row)
            for life, row in zip(lives, notices, strict=True)
            if row["paid_on"] and not row["joint_with_id"]
        ]
        table = Table(Receipt)
        numbers = loaded_numbers(Receipt, [row["paid_on"] for _life, row in settled])
        table.write(
            {
                "id": key,
                "number": number,
                "notice_id": row["id"],
                "stated_notice": row["number"],
                "amount": row["personal"] + joint.get(row["id"], Decimal(0)),
                "paid_on": row["paid_on"],
                "received_on": row["paid_on"],
                "channel": Receipt.Channel.BANK.value,
                "bank_reference": f"LYB{number[1:].replace('-', '')}",
                "payer": life.person.name,
                "status": Receipt.Status.MATCHED.value,
            }
            for key, (life, row), number in zip(table.keys(len(settled)), settled, numbers, strict=True)
        )


def write_residents(people: list[Person], days: list[datetime.date]) -> list[int]:
    """The residents of `people`, first seen on `days`, with their circumstances; returns their keys."""
    table = Table(Resident)
    keys = table.keys(len(people))
    table.write(
        {
            "id": key,
            "number": number,
            "id_number": person.id_number,
            "name": person.name,
            "pinyin": sort_key(person.name),
            "sex": person.sex,
            "birth_date": person.birth,
            "community_id": person.community.pk,
            "address": person.address,
            "phone": person.phone,
        }
        for key, person, number in zip(keys, people, loaded_numbers(Resident, days), strict=True)
    )
    known = [(key, status) for key, person in zip(keys, people, strict=True) for status in person.statuses]
    table = Table(Circumstance)
    table.write(
        {
            "id": key,
            "resident_id": resident,
            "kind": status.kind,
            "value": status.value,
            "starts": status.starts,
            "ends": status.ends,
            "school_id": status.school.pk if status.school else None,
            "document_number": status.document,
        }
        for key, (resident, status) in zip(table.keys(len(known)), known, strict=True)
    )
    return keys


def day_between(r: Any, first: datetime.date, last: datetime.date, *, cut: int = 0) -> datetime.date:
    """A day from `first` to `last`, at least `cut` days before the last."""
    return first + datetime.timedelta(days=r.randrange((last - first).days + 1 - cut))
