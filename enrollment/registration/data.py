"""What a registration states, as the services take it."""

import datetime
from dataclasses import dataclass

from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Sex

from .models import Circumstance


@dataclass(frozen=True, slots=True)
class PersonData:
    """A person as the papers show them. With an ID number birth date and sex must be those of the number."""

    name: str
    birth_date: datetime.date
    sex: Sex
    community: Office
    id_number: str | None = None
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CircumstanceData:
    """Something that holds of a person from a day to a day; kind and value as in `models.Circumstance`."""

    kind: str
    value: str
    starts: datetime.date
    ends: datetime.date | None = None
    school: Office | None = None
    document_number: str = ""

    def holds_on(self, day: datetime.date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)

    @classmethod
    def of(cls, row: Circumstance) -> "CircumstanceData":
        return cls(row.kind, row.value, row.starts, row.ends, row.school, row.document_number)


@dataclass(frozen=True, slots=True)
class AgentData:
    """A guardian or agent who registers for the person (W1)."""

    name: str
    relation: str
    id_number: str = ""
