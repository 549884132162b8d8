"""What rows of a school's list are to do: register new pupils, recognise those on record, keep the class (W4)."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from enrollment.registration import facts, rules
from enrollment.registration.data import AgentData, CircumstanceData, PersonData
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.terms import Ineligible, Sex

from ..stated import Finding, Stated
from .authorities import kept_document
from .people import (
    Act,
    Add,
    Decision,
    Person,
    Place,
    Register,
    Renew,
    fits,
    nothing,
    on_record,
    refused,
    telling,
    would,
)


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """What all rows of a school's list have in common: the school, the day, and the year for which notices of renewal
    are made now (None outside the window) with its policy. `reasons` asks why a person on record may not take part,
    given what would be on record of them (E8).
    """

    school: Office
    today: datetime.date
    renewal_year: int | None
    coming: Policy
    reasons: Callable[[Person, Sequence[CircumstanceData]], Sequence[Ineligible]]


# Kind of circumstance → what is told of it, where it is the school's own to tell.
FOUND = {"hukou": "hukou", "student": "pupil"}


def pupil_circumstances(stated: Stated, school: Office, birth: datetime.date) -> list[CircumstanceData]:
    """What a row says of the pupil: where the hukou is, which school they go to, and what they have certificates
    for.
    """
    since = stated.moved_in if stated.hukou != "native" and stated.moved_in else birth
    return [
        CircumstanceData("hukou", stated.hukou, since),
        CircumstanceData("student", "school", stated.first, school=school),
        *pupil_certificates(stated),
    ]


def pupil_certificates(stated: Stated) -> list[CircumstanceData]:
    """The low-income and disability certificates that the school has seen (W1, C1)."""
    seen = (
        ("low_income", stated.low_income, stated.low_income_since, stated.low_income_number),
        ("disability", stated.disability, stated.disability_since, stated.disability_number),
    )
    return [
        CircumstanceData(kind, value, since, document_number=kept_document(number, stated.id_number))
        for kind, value, since, number in seen
        if value and since is not None
    ]


def pupil_person(stated: Stated, community: Office, birth: datetime.date, sex: Sex) -> PersonData:
    return PersonData(stated.name, birth, sex, community, stated.id_number, stated.address, stated.phone)


def pupil_agent(stated: Stated) -> AgentData | None:
    """The guardian who registers the pupil (W1)."""
    return AgentData(stated.agent_name, stated.agent_relation) if stated.agent_name else None


def decide_pupil(stated: Stated, person: Person, at: SchoolDay) -> Decision:
    """What the row of a pupil who is on record does: school, class, and where they are not enrolled, the registration;
    where they are, in the window, the notice of renewal.

    Where they live the record says better than the school. Whether somebody new may take part is asked elsewhere
    (`registration.services.pupils`), since it needs the quote.
    """
    if person.resident.name != stated.name:
        return refused(Finding("other_name"))
    if stated.first > at.today:
        return refused(Finding("future", {"day": stated.first.isoformat()}))
    died = person.died_on
    if died is not None:
        return refused(Finding("died", {"day": died.isoformat()}))
    added: list[CircumstanceData] = []
    findings: list[Finding] = []
    wrong: list[Finding] = []
    for new in pupil_circumstances(stated, at.school, person.resident.birth_date):
        # Where the hukou is the record knows better.
        if (new.kind == "hukou" and person.of_kind("hukou")) or _holds(person, new, at.today):
            continue
        wrong += fits(person, new)
        added.append(new)
        findings.append(telling(FOUND.get(new.kind, "begins"), new))
    if wrong:
        return refused(*wrong)
    acts: list[Act] = [Add(new) for new in added]
    then = facts.merged(person.circumstances, added)
    if person.enrolled is None and person.registration is None:
        reasons = at.reasons(person, then)
        if reasons:
            return refused(*(Finding("ineligible", {"reason": reason.value}) for reason in reasons))
        # The verb states the circumstances itself.
        acts = [Register(at.today, tuple(added))]
        findings.append(Finding("registers"))
    elif person.enrolled is not None and _renews(person, then, at):
        acts.append(Renew(at.renewal_year or 0, at.today))
        findings.append(Finding("renews", {"year": at.renewal_year}))
    place = (at.school.pk, int(stated.grade), stated.class_name)
    if person.class_of != place:
        acts.append(Place(*place, stated.first if person.class_of is None else at.today))
        findings.append(Finding("class", {"grade": place[1], "class": place[2]}))
    if not acts:
        return nothing("pupil_on_record")
    return would(person, acts, findings)


def _holds(person: Person, new: CircumstanceData, today: datetime.date) -> bool:
    """Whether the record says so already: of a school it is enough that the pupil goes there today."""
    if on_record(person, new) is not None:
        return True
    return any(
        row.data.holds_on(today) and (row.data.value, row.data.school) == (new.value, new.school)
        for row in person.of_kind(new.kind)
    )


def _renews(person: Person, then: Sequence[CircumstanceData], at: SchoolDay) -> bool:
    """W5: a paid year, none paid or asked for yet for the next, and still eligible then."""
    year = at.renewal_year
    if year is None or person.paid_year is None or person.paid_year >= year or year in person.open_years:
        return False
    resident, on = person.resident, rules.reference_date(year, at.today)
    held = facts.facts_of(Sex(resident.sex), resident.birth_date, then, at.today)
    return rules.assess_eligibility(held, on, at.coming).eligible
