"""The rows of the demo city's past: what was drawn, as the tables have it, a batch at a time."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings

from claims.models import FeeLine, Settlement, Stay
from enrollment.contributions import rules
from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from enrollment.registration.names import sort_key
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.offices.models import User

from .bulk import Job, Load, Table, facts_json
from .care import Case
from .history import Life, Paid, facts_of, policy_on

# Names are few beside the people who bear them.
pinyin = lru_cache(maxsize=20_000)(sort_key)

RESIDENTS = (
    "id",
    "number",
    "id_number",
    "name",
    "pinyin",
    "sex",
    "birth_date",
    "community_id",
    "address",
    "phone",
)
CIRCUMSTANCES = ("id", "resident_id", "kind", "value", "starts", "ends", "school_id", "document_number")
REGISTRATIONS = (
    "id",
    "number",
    "submission",
    "resident_id",
    "office_id",
    "status",
    "received_on",
    "accepted_on",
    "step_since",
    "reference_date",
    "category",
    "tier",
    "facts",
    "policy_version",
    "policy_hash",
    "made_by_id",
)
ENROLLMENTS = ("id", "number", "resident_id", "registration_id", "starts", "ends", "end_reason", "lapsed_on")
NOTICES = (
    "id",
    "number",
    "resident_id",
    "enrollment_id",
    "joint_with_id",
    "kind",
    "contribution_year",
    "months",
    "category",
    "tier",
    "student",
    "personal",
    "government",
    "city",
    "district_share",
    "district_id",
    "year_no",
    "eligible_since",
    "issued_on",
    "pay_from",
    "pay_until",
    "paid_on",
    "status",
    "facts",
    "policy_version",
    "policy_hash",
)
RECEIPTS = (
    "id",
    "number",
    "notice_id",
    "stated_notice",
    "amount",
    "paid_on",
    "received_on",
    "channel",
    "bank_reference",
    "payer",
    "status",
)
PERIODS = ("id", "resident_id", "notice_id", "starts", "ends")
STAYS = (
    "id",
    "number",
    "inpatient_number",
    "submission",
    "resident_id",
    "institution_id",
    "status",
    "admitted_at",
    "admitted_on",
    "discharged_on",
    "card_presented_at",
    "diagnosis_id",
    "category",
    "version",
)
LINES = (
    "id",
    "stay_id",
    "line_number",
    "on",
    "item_code",
    "item_name",
    "quantity",
    "unit_price",
    "amount",
    "catalogue_class",
    "personal_share",
    "price_limit",
    "in_scope",
    "problem",
)
SETTLEMENTS = (
    "id",
    "number",
    "stay_id",
    "resident_id",
    "sequence",
    "settled_on",
    "decided_on",
    "cap_from",
    "cap_until",
    "cap",
    "cap_used",
    "payable",
    "reasons",
    "total",
    "in_scope",
    "ratio",
    "fund",
    "resident_pays",
    "out_of_scope",
    "deductible",
    "copayment",
    "over_cap",
    "facts",
    "policy_version",
    "policy_hash",
)


class Records:
    """Makes the rows of lives, with their keys and numbers, for the tables to write."""

    def __init__(self, load: Load, as_of: datetime.date, maker: User, districts: Mapping[int, int | None]) -> None:
        self.load = load
        self.as_of = as_of
        self.maker = maker
        self.districts = districts
        self.residents = Table(Resident, *RESIDENTS)
        self.circumstances = Table(Circumstance, *CIRCUMSTANCES)
        self.registrations = Table(Registration, *REGISTRATIONS)
        self.enrollments = Table(Enrollment, *ENROLLMENTS)
        self.notices = Table(ContributionNotice, *NOTICES)
        self.receipts = Table(Receipt, *RECEIPTS)
        self.periods = Table(BenefitPeriod, *PERIODS)
        self.stays = Table(Stay, *STAYS)
        self.lines = Table(FeeLine, *LINES)
        self.settlements = Table(Settlement, *SETTLEMENTS)

    def of(self, lives: Sequence[Life], cases: Sequence[Sequence[Case]]) -> tuple[Job, range]:
        """What writes the lives, each with its stays in `cases`; and the keys of the residents."""
        residents = self.load.keys(Resident, len(lives))
        days = [life.registered_on for life in lives]
        self._residents(lives, residents, days)
        registrations = self._registrations(lives, residents, days)
        enrollments = self.load.keys(Enrollment, len(lives))
        self.load.write(
            self.enrollments,
            (
                (key, number, resident, registration, life.registered_on, *self._ended(life))
                for key, number, resident, registration, life in zip(
                    enrollments,
                    self.load.numbers(Enrollment, days),
                    residents,
                    registrations,
                    lives,
                    strict=True,
                )
            ),
        )
        self._notices(lives, residents, enrollments)
        self._stays([(key, case) for key, of_one in zip(residents, cases, strict=True) for case in of_one])
        return self.load.batch(), residents

    def _residents(self, lives: Sequence[Life], keys: range, days: Sequence[datetime.date]) -> None:
        self.load.write(
            self.residents,
            (
                (
                    key,
                    number,
                    person.id_number,
                    person.name,
                    pinyin(person.name),
                    person.sex,
                    person.birth,
                    person.community.pk,
                    person.address,
                    person.phone,
                )
                for key, number, person in zip(
                    keys, self.load.numbers(Resident, days), (life.person for life in lives), strict=True
                )
            ),
        )
        known = [(key, status) for key, life in zip(keys, lives, strict=True) for status in life.person.statuses]
        self.load.write(
            self.circumstances,
            (
                (
                    key,
                    resident,
                    status.kind,
                    status.value,
                    status.starts,
                    status.ends,
                    status.school.pk if status.school else None,
                    status.document,
                )
                for key, (resident, status) in zip(self.load.keys(Circumstance, len(known)), known, strict=True)
            ),
        )

    def _registrations(self, lives: Sequence[Life], residents: range, days: Sequence[datetime.date]) -> range:
        keys = self.load.keys(Registration, len(lives))
        rows = zip(keys, self.load.numbers(Registration, days), residents, lives, strict=True)
        self.load.write(self.registrations, (self._registration(*row) for row in rows))
        return keys

    def _registration(self, key: int, number: str, resident: int, life: Life) -> tuple[Any, ...]:
        on = life.registered_on
        law = policy_on(on)
        first = life.notices[0]
        return (
            key,
            number,
            life.submission,
            resident,
            life.person.community.pk,
            Registration.Status.RECORDED.value,
            on,
            on,
            on,
            first.on,
            first.contribution.category,
            first.contribution.tier,
            facts_json(facts_of(life.person, on)),
            law.version,
            law.content_hash,
            self.maker.pk,
        )

    def _ended(self, life: Life) -> tuple[Any, ...]:
        last = life.notices[-1]
        day = datetime.date(last.year, 12, 31)
        lapsed = last.paid_on is not None and day < self.as_of
        return (day, Enrollment.EndReason.LAPSED.value, day) if lapsed else (None, "", None)

    def _notices(self, lives: Sequence[Life], residents: range, enrollments: range) -> None:
        flat = [
            (life, paid, resident, enrollment)
            for life, resident, enrollment in zip(lives, residents, enrollments, strict=True)
            for paid in life.notices
        ]
        keys = self.load.keys(ContributionNotice, len(flat))
        numbers = self.load.numbers(ContributionNotice, [paid.issued_on for _life, paid, _r, _e in flat])
        rows: list[tuple[Any, ...]] = []
        settled: list[list[Any]] = []
        periods: list[tuple[Any, ...]] = []
        for key, number, (life, paid, resident, enrollment) in zip(keys, numbers, flat, strict=True):
            # Paid together with the one before it (B5).
            joint = key - 1 if paid.joint else None
            rows.append((key, number, resident, enrollment, joint, *self._notice(life, paid)))
            if paid.joint:
                settled[-1][3] += _due(paid)
            elif paid.paid_on:
                settled.append([key, number, paid.paid_on, _due(paid), life.person.name])
            if paid.cover:
                periods.append((resident, key, *paid.cover))
        self.load.write(self.notices, rows)
        self._receipts(settled)
        found = zip(self.load.keys(BenefitPeriod, len(periods)), periods, strict=True)
        self.load.write(self.periods, ((key, *period) for key, period in found))

    def _notice(self, life: Life, paid: Paid) -> tuple[Any, ...]:
        law = policy.for_contribution_year(settings.POOLING_AREA, paid.year)
        year_no = paid.year - life.notices[0].year + 1
        cost = paid.contribution
        return (
            paid.kind.value,
            paid.year,
            paid.months,
            cost.category,
            cost.tier,
            paid.student,
            cost.personal,
            cost.government,
            cost.city,
            cost.district,
            self.districts[life.person.community.pk],
            year_no,
            life.eligible_since,
            paid.issued_on,
            *paid.term,
            paid.paid_on,
            (ContributionNotice.Status.PAID if paid.paid_on else ContributionNotice.Status.OPEN).value,
            facts_json(rules.ContributionFacts(paid.facts, paid.on, None, year_no)),
            law.version,
            law.content_hash,
        )

    def _receipts(self, settled: Sequence[list[Any]]) -> None:
        numbers = self.load.numbers(Receipt, [day for _notice, _number, day, _amount, _payer in settled])
        rows = zip(self.load.keys(Receipt, len(settled)), numbers, settled, strict=True)
        self.load.write(
            self.receipts,
            (
                (
                    key,
                    number,
                    notice,
                    stated,
                    amount,
                    day,
                    day,
                    Receipt.Channel.BANK.value,
                    f"LYB{number[1:].replace('-', '')}",
                    payer,
                    Receipt.Status.MATCHED.value,
                )
                for key, number, (notice, stated, day, amount, payer) in rows
            ),
        )

    def _stays(self, found: Sequence[tuple[int, Case]]) -> None:
        if not found:
            return
        keys = self.load.keys(Stay, len(found))
        numbers = self.load.numbers(Stay, [case.admitted_on for _resident, case in found])
        self.load.write(
            self.stays,
            (
                (key, number, f"Z{number[1:]}", case.submission, resident, *case.stay)
                for key, number, (resident, case) in zip(keys, numbers, found, strict=True)
            ),
        )
        lines = [(stay, line) for stay, (_resident, case) in zip(keys, found, strict=True) for line in case.lines]
        self.load.write(
            self.lines,
            ((key, stay, *line) for key, (stay, line) in zip(self.load.keys(FeeLine, len(lines)), lines, strict=True)),
        )
        self._settlements(keys, found)

    def _settlements(self, stays: Iterable[int], found: Sequence[tuple[int, Case]]) -> None:
        keys = self.load.keys(Settlement, len(found))
        numbers = self.load.numbers(Settlement, [case.settled_on for _resident, case in found])
        self.load.write(
            self.settlements,
            (
                (key, number, stay, resident, *case.settlement)
                for key, number, stay, (resident, case) in zip(keys, numbers, stays, found, strict=True)
            ),
        )


def _due(paid: Paid) -> Decimal:
    if paid.contribution.personal is None:
        raise ValueError("Who may not take part owes nothing.")
    return paid.contribution.personal
