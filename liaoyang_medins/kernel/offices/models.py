"""Offices, users and their postings."""

import datetime
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .roles import OFFICE_KINDS, Role


class Office(models.Model):
    """A place that a user works for and that data belongs to: the pooling area and its agency, the districts, their
    sub-district offices, their communities, schools, and medical institutions.

    A community's parent is its sub-district, whose parent is the district, whose parent is the pooling area; a
    school's parent is a district; an institution's is the pooling area (also where it lies outside the city).
    `code` is the official code of the place, or the institution's or school's own.
    """

    class Kind(models.TextChoices):
        AREA = "area", _("Pooling area")
        DISTRICT = "district", _("District")
        SUBDISTRICT = "subdistrict", _("Sub-district office")
        COMMUNITY = "community", _("Community")
        SCHOOL = "school", _("School")
        INSTITUTION = "institution", _("Medical institution")

    PARENT_KINDS = {
        Kind.DISTRICT: Kind.AREA,
        Kind.SUBDISTRICT: Kind.DISTRICT,
        Kind.COMMUNITY: Kind.SUBDISTRICT,
        Kind.SCHOOL: Kind.DISTRICT,
        Kind.INSTITUTION: Kind.AREA,
    }

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name in Chinese"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("office")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="office_area_has_no_parent",
                condition=Q(kind="area", parent=None) | (~Q(kind="area") & Q(parent__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["kind", "code"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


Kind = TypeVar("Kind", bound=Office)


class OfficeOfKind(models.Manager[Kind]):
    """The offices of one kind."""

    def __init__(self, kind: Office.Kind) -> None:
        super().__init__()
        self.kind = kind

    def get_queryset(self) -> models.QuerySet[Kind]:
        return super().get_queryset().filter(kind=self.kind)

    def create(self, **values: Any) -> Kind:
        return super().create(kind=self.kind, **values)


class PoolingArea(Office):
    """A city-pooled area (统筹区) and its insurance agency."""

    objects: ClassVar[OfficeOfKind[Any]] = OfficeOfKind(Office.Kind.AREA)

    class Meta:
        proxy = True


class District(Office):
    """A district (区), its labour department and its finance office."""

    objects: ClassVar[OfficeOfKind[Any]] = OfficeOfKind(Office.Kind.DISTRICT)

    class Meta:
        proxy = True


class Subdistrict(Office):
    """A sub-district office (街道办事处)."""

    objects: ClassVar[OfficeOfKind[Any]] = OfficeOfKind(Office.Kind.SUBDISTRICT)

    class Meta:
        proxy = True


class Community(Office):
    """A community (社区)."""

    objects: ClassVar[OfficeOfKind[Any]] = OfficeOfKind(Office.Kind.COMMUNITY)

    class Meta:
        proxy = True


class School(Office):
    """A primary, secondary or secondary-vocational school."""

    objects: ClassVar[OfficeOfKind[Any]] = OfficeOfKind(Office.Kind.SCHOOL)

    class Meta:
        proxy = True


class User(AbstractUser):
    """A person who signs in. What they may do comes from their postings, not from groups or staff flags."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=100)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class PostingQuerySet(models.QuerySet["Posting"]):
    def in_force(self, on: datetime.date) -> "PostingQuerySet":
        return self.filter(starts__lte=on).filter(Q(ends=None) | Q(ends__gte=on))


class Posting(models.Model):
    """A user's role at an office from a day to a day (both included; open where `ends` is empty). Who `head`s the
    office names who stands in there during leave.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="postings", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    office = models.ForeignKey(Office, models.PROTECT, related_name="postings", verbose_name=_("office"))
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    head = models.BooleanField(_("heads the office"), default=False)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        ordering = ["user", "starts", "id"]
        constraints = [
            models.CheckConstraint(name="posting_ends_after_start", condition=Q(ends=None) | Q(ends__gte=F("starts"))),
            models.UniqueConstraint(name="posting_once", fields=["user", "role", "office", "starts"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.office}"

    @staticmethod
    def office_kind(role: str) -> Office.Kind:
        """The kind of office that a role works at."""
        return Office.Kind(OFFICE_KINDS[Role(role)])


class StandInQuerySet(models.QuerySet["StandIn"]):
    def in_force(self, on: datetime.date) -> "StandInQuerySet":
        return self.filter(withdrawn=False, starts__lte=on, ends__gte=on)


class StandIn(models.Model):
    """`deputy` works in a colleague's posting from a day to a day (both included), with its rights and their own name.
    One that never began is withdrawn and kept.
    """

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="stand_ins", verbose_name=_("posting"))
    deputy = models.ForeignKey(User, models.PROTECT, related_name="standing_in", verbose_name=_("stands in"))
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    named_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("named by"))
    withdrawn = models.BooleanField(default=False)

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("stand-in")
        ordering = ["-ends", "-id"]
        constraints = [
            models.CheckConstraint(name="stand_in_days", condition=Q(ends__gte=F("starts"))),
        ]
        indexes = [models.Index(fields=["deputy", "ends"], name="stand_in_of")]

    def __str__(self) -> str:
        return f"{self.deputy} {self.starts}–{self.ends}"


class DemoClock(models.Model):
    """The day that the demo lives in; at most one row, and only where DEMO is on."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    day = models.DateField(_("day"))

    class Meta:
        constraints = [models.CheckConstraint(name="demo_clock_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.day.isoformat()
