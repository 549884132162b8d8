"""Small deterministic makers of what many tests need. They go through models for offices and people, and through
services for everything that a service makes.
"""

import datetime
import itertools
from typing import Any

from enrollment.registration import idnumber
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import (
    Community,
    District,
    Office,
    PoolingArea,
    Posting,
    School,
    Subdistrict,
    User,
)
from liaoyang_medins.kernel.offices.roles import Role

LAW = datetime.date(2008, 7, 1)
_serial = itertools.count(1)


def area() -> Office:
    return PoolingArea.objects.filter(code="211000").first() or PoolingArea.objects.create(
        code="211000", name="辽阳市城区", name_en="Liaoyang urban area"
    )


def district(code: str = "211002") -> Office:
    names = {"211002": "白塔区", "211003": "文圣区", "211004": "宏伟区", "211011": "太子河区"}
    return District.objects.filter(code=code).first() or District.objects.create(
        code=code, name=names[code], name_en=f"District {code}", parent=area()
    )


def subdistrict(code: str = "211002001") -> Office:
    return Subdistrict.objects.filter(code=code).first() or Subdistrict.objects.create(
        code=code, name=f"街道{code[-3:]}", name_en=f"Sub-district {code[-3:]}", parent=district(code[:6])
    )


def community(code: str = "211002001001") -> Office:
    return Community.objects.filter(code=code).first() or Community.objects.create(
        code=code, name=f"社区{code[-3:]}", name_en=f"Community {code[-3:]}", parent=subdistrict(code[:9])
    )


def school(code: str = "SCH001") -> Office:
    return School.objects.filter(code=code).first() or School.objects.create(
        code=code, name="第一小学", name_en="No. 1 Primary School", parent=district()
    )


def user(username: str | None = None, **values: Any) -> User:
    username = username or f"user{next(_serial)}"
    found = User.objects.filter(username=username).first()
    return found or User.objects.create_user(
        username, password="demo-password-1", name=values.pop("name", username), **values
    )


def actor(role: Role, office: Office | None = None, username: str | None = None) -> Actor:
    """A user posted in `role` at `office` (by default the usual office of that role) since the law's first day."""
    offices = {
        "area": area,
        "district": district,
        "subdistrict": subdistrict,
        "community": community,
        "school": school,
    }
    office = office or offices[Posting.office_kind(role).value]()
    posting = Posting.objects.create(user=user(username), role=role, office=office, starts=LAW)
    return Actor.of_posting(posting)


def id_number(birth: datetime.date, sex: str, place: str = "211002") -> str:
    """A valid ID number of nobody: place, birth date, a running sequence odd for men, check digit."""
    serial = next(_serial) * 2 % 1000 - (1 if sex == "M" else 0)
    body = f"{place}{birth:%Y%m%d}{serial % 1000:03d}"
    return body + idnumber.check_digit(body)


def resident(
    *,
    birth: datetime.date = datetime.date(1940, 5, 6),
    sex: str = "M",
    name: str = "测试",
    home: Office | None = None,
    hukou: str = "native",
    hukou_since: datetime.date | None = None,
    **values: Any,
) -> Resident:
    """A resident with a local hukou, since birth unless said otherwise; an elderly man by default."""
    person = Resident.objects.create(
        number=next_number("resident", LAW),
        id_number=values.pop("id_number", id_number(birth, sex)),
        name=name,
        pinyin=values.pop("pinyin", "ceshi"),
        sex=sex,
        birth_date=birth,
        community=home or community(),
        **values,
    )
    if hukou:
        circumstance(person, Circumstance.Kind.HUKOU, hukou, starts=hukou_since or birth)
    return person


def circumstance(
    person: Resident, kind: str, value: str, *, starts: datetime.date, ends: datetime.date | None = None, **values: Any
) -> Circumstance:
    return Circumstance.objects.create(resident=person, kind=kind, value=value, starts=starts, ends=ends, **values)
