"""Offices, users and postings: the verbs of the administrator; and the demo's day."""

import datetime
import re

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused

from .actors import Actor
from .models import DemoClock, Office, Posting, User
from .roles import Role

# Official codes of places: six digits, and three more at each level.
CODE_LENGTHS = {Office.Kind.DISTRICT: 6, Office.Kind.SUBDISTRICT: 9, Office.Kind.COMMUNITY: 12}
SCHOOL_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")


# --- users -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_user(*, username: str, name: str, password: str, by: Actor) -> User:
    """A new user, without a posting.

    Invalid for a user name that is malformed or a password that is too weak; Conflict where the user name is taken.
    """
    by.require("users.manage")
    username, name = username.strip(), name.strip()
    try:
        User._meta.get_field("username").run_validators(username)
    except ValidationError as error:
        raise Invalid(error.messages[0], field="username") from error
    if not username:
        raise Invalid(_("Enter a user name."), field="username")
    if not name:
        raise Invalid(_("Enter the person's name."), field="name")
    user = User(username=username, name=name)
    _require_good_password(password, user)
    user.set_password(password)
    try:
        # Two administrators at once: the database decides which of them was first.
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Conflict(_("This user name is taken."), field="username") from error
    audit.record(by=by, verb="users.create", obj=user, changes={"name": name})
    return user


@transaction.atomic
def change_user(*, user_id: int, name: str, active: bool, by: Actor) -> User:
    """Change a user's name, or whether they may sign in.

    Refused where that would deactivate one's own account or the last administrator's.
    """
    by.require("users.manage")
    _lock_administrators()
    user = User.objects.select_for_update().get(pk=user_id)
    if not name.strip():
        raise Invalid(_("Enter the person's name."), field="name")
    if user.is_active and not active:
        if user.pk == by.user_id:
            raise Refused(_("You cannot deactivate your own account: ask another administrator."), field="active")
        _require_administrator_without(user=user)
    changes = {
        field: [before, after]
        for field, before, after in (("name", user.name, name.strip()), ("active", user.is_active, active))
        if before != after
    }
    if changes:
        user.name, user.is_active = name.strip(), active
        user.save(update_fields=["name", "is_active"])
        audit.record(by=by, verb="users.change", obj=user, changes=changes)
    return user


@transaction.atomic
def set_password(*, user_id: int, password: str, by: Actor) -> User:
    """Give a user a new password; their open sessions end. Invalid where it is too weak."""
    by.require("users.manage")
    user = User.objects.select_for_update().get(pk=user_id)
    _require_good_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by=by, verb="users.set_password", obj=user)
    return user


def _require_good_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(error.messages[0], field="password", reasons=error.messages[1:]) from error


# --- postings --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_posting(
    *, user_id: int, role: str, office_id: int, starts: datetime.date, ends: datetime.date | None = None, by: Actor
) -> Posting:
    """Post a user in a role at an office from a day until a day (both included).

    Invalid where the office is of another kind than the role works at, is closed, or the days are in the wrong order;
    Conflict where the same posting exists on some of these days.
    """
    by.require("users.manage")
    user = User.objects.select_for_update().get(pk=user_id)
    office = Office.objects.get(pk=office_id)
    kind = Posting.office_kind(role)
    if office.kind != kind:
        raise Invalid(
            _("%(role)s works at an office of the kind “%(kind)s”: choose one.")
            % {"role": Role(role).label, "kind": kind.label},
            field="office",
        )
    if office.closed_on:
        raise Invalid(_("This office is closed."), field="office")
    if ends and ends < starts:
        raise Invalid(_("The last day lies before the first."), field="ends")
    same = user.postings.filter(role=role, office=office).exclude(ends__lt=starts)
    if ends:
        same = same.exclude(starts__gt=ends)
    if same.exists():
        raise Conflict(_("The user has this posting already on some of these days."), field="starts")
    posting = Posting.objects.create(user=user, role=role, office=office, starts=starts, ends=ends)
    audit.record(
        by=by,
        verb="postings.add",
        obj=user,
        changes={"role": role, "office": office.code, "starts": starts, "ends": ends},
    )
    return posting


@transaction.atomic
def end_posting(*, posting_id: int, ends: datetime.date, by: Actor) -> Posting:
    """Let a posting end on a day (its last); the day before today takes it away at once.

    Invalid for an earlier day or one before its first; Conflict where it has ended; Refused where nobody could
    administer without it.
    """
    by.require("users.manage")
    _lock_administrators()
    posting = Posting.objects.select_for_update(of=("self",)).select_related("user", "office").get(pk=posting_id)
    today = clock.today()
    if posting.ends and posting.ends < today:
        raise Conflict(_("This posting ended on %(day)s.") % {"day": posting.ends.isoformat()})
    if ends < today - datetime.timedelta(days=1):
        raise Invalid(_("What was done under a posting stays: it can end yesterday at the earliest."), field="ends")
    if ends < posting.starts:
        raise Invalid(_("The last day lies before the first."), field="ends")
    if posting.role == Role.ADMINISTRATOR:
        _require_administrator_without(posting=posting)
    before, posting.ends = posting.ends, ends
    posting.save(update_fields=["ends"])
    audit.record(
        by=by,
        verb="postings.end",
        obj=posting.user,
        changes={"role": posting.role, "office": posting.office.code, "ends": [before, ends]},
    )
    return posting


def _lock_administrators() -> None:
    """Two administrators who take away each other's posting at once are serial."""
    list(Posting.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("id").values_list("id"))


def _require_administrator_without(*, user: User | None = None, posting: Posting | None = None) -> None:
    """Refuse what would leave nobody who can administer: somebody active needs a posting without an end."""
    left = Posting.objects.in_force(clock.today()).filter(
        role=Role.ADMINISTRATOR, ends=None, user__is_active=True, office__closed_on=None
    )
    if user:
        left = left.exclude(user=user)
    if posting:
        left = left.exclude(pk=posting.pk)
    if not left.exists():
        raise Refused(
            _("Nobody could administer the portal any more. Post another administrator first, without a last day."),
            code="last_administrator",
        )


# --- offices ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_office(
    *,
    kind: str,
    code: str,
    name: str,
    parent_id: int,
    name_en: str = "",
    address: str = "",
    phone: str = "",
    by: Actor,
) -> Office:
    """A new district, sub-district, community or school.

    Invalid where the office above is of the wrong kind or the code does not fit; Conflict where the code is taken.
    """
    by.require("offices.manage")
    if kind not in {*CODE_LENGTHS, Office.Kind.SCHOOL}:
        raise Invalid(_("Offices of this kind are not made here."), field="kind")
    parent = Office.objects.select_for_update().get(pk=parent_id)
    _require_parent(Office.Kind(kind), parent)
    code = code.strip().upper()
    _require_code(Office.Kind(kind), code, parent)
    if not name.strip():
        raise Invalid(_("Enter the name of the office."), field="name")
    if Office.objects.filter(code=code).exists():
        raise Conflict(_("This code is taken."), field="code")
    office = Office.objects.create(
        kind=kind,
        code=code,
        name=name.strip(),
        name_en=name_en.strip(),
        parent=parent,
        address=address.strip(),
        phone=phone.strip(),
    )
    audit.record(
        by=by, verb="offices.create", obj=office, changes={"kind": kind, "name": office.name, "parent": parent.code}
    )
    return office


@transaction.atomic
def change_office(
    *,
    office_id: int,
    name: str,
    parent_id: int | None,
    name_en: str = "",
    address: str = "",
    phone: str = "",
    closed_on: datetime.date | None = None,
    by: Actor,
) -> Office:
    """Change what an office is called, where it belongs, or close it. Kind and code stay.

    Refused where it would change the district, since what was decided stays with its district, or where open offices
    belong to one that is to be closed.
    """
    by.require("offices.manage")
    office = Office.objects.select_for_update(of=("self",)).select_related("parent").get(pk=office_id)
    if not name.strip():
        raise Invalid(_("Enter the name of the office."), field="name")
    if parent_id != office.parent_id:
        parent = Office.objects.filter(pk=parent_id or 0).first()
        if parent is None or office.parent is None:
            raise Invalid(_("Choose the office that this one belongs to."), field="parent")
        _require_parent(Office.Kind(office.kind), parent)
        if district_code(parent) != district_code(office.parent):
            raise Refused(
                _("An office cannot move to another district. Close this one and open a new one there."),
                field="parent",
            )
    if closed_on and office.children.filter(closed_on=None).exists():
        raise Refused(_("Open offices belong to this one. Close those first."), field="closed_on")
    if closed_on and office.kind == Office.Kind.AREA:
        raise Refused(_("The pooling area cannot be closed."), field="closed_on")
    after = {
        "name": name.strip(),
        "name_en": name_en.strip(),
        "parent_id": parent_id,
        "address": address.strip(),
        "phone": phone.strip(),
        "closed_on": closed_on,
    }
    changes = {
        field: [getattr(office, field), value] for field, value in after.items() if getattr(office, field) != value
    }
    if changes:
        for field, value in after.items():
            setattr(office, field, value)
        office.save(update_fields=list(after))
        audit.record(by=by, verb="offices.change", obj=office, changes=changes)
    return office


def district_code(office: Office) -> str:
    """The code of the district that an office lies in; its own code where it lies in none."""
    place = office
    while place.kind != Office.Kind.DISTRICT and place.parent:
        place = place.parent
    return place.code


def _require_parent(kind: Office.Kind, parent: Office) -> None:
    wanted = Office.PARENT_KINDS[kind]
    if parent.kind != wanted:
        raise Invalid(_("It belongs to an office of the kind “%(kind)s”.") % {"kind": wanted.label}, field="parent")
    if parent.closed_on:
        raise Invalid(_("This office is closed."), field="parent")


def _require_code(kind: Office.Kind, code: str, parent: Office) -> None:
    if kind == Office.Kind.SCHOOL:
        if not SCHOOL_CODE.fullmatch(code):
            raise Invalid(_("A school's code has 3 to 20 capital letters, digits or hyphens."), field="code")
        return
    length = CODE_LENGTHS[kind]
    # The pooling area's code ends in zeros, which its districts fill.
    start = parent.code[:4] if kind == Office.Kind.DISTRICT else parent.code
    if not (code.isdecimal() and code.isascii() and len(code) == length and code.startswith(start)):
        raise Invalid(
            _("The code has %(length)s digits and starts with %(start)s.") % {"length": length, "start": start},
            field="code",
        )


# --- the demo's day --------------------------------------------------------------------------------------------------


@transaction.atomic
def set_demo_day(*, day: datetime.date, by: Actor) -> None:
    """Let the demo live on `day`. ValueError before the law's first day."""
    by.require("frame.use")
    try:
        policy.on(settings.POOLING_AREA, day)
    except policy.PolicyError as error:
        raise ValueError(str(error)) from error
    row, _created = DemoClock.objects.update_or_create(id=1, defaults={"day": day})
    audit.record(by=by, verb="demo.set_day", obj=row, changes={"day": day})
