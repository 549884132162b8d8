"""Residents, and what is known of them and from when."""

import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import Office


class DayRange(Func):
    """daterange(first, last) with both days included; open where the last is empty."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: str = "starts", last: str = "ends") -> None:
        super().__init__(F(first), F(last), Value("[]"))


class Resident(models.Model):
    """A person, once: the ID number is unique. A newborn may have none yet.

    `community` is where the person lives and whose district shares the subsidy; what changes over the years (hukou,
    statuses, school, other cover, death) are circumstances with dates. `pinyin` sorts and finds the name. A record
    that was made one with another is kept empty: its number leads to the one that it was `merged_into`.
    """

    number = models.CharField(_("personal number"), max_length=20, unique=True)
    id_number = models.CharField(_("ID number"), max_length=18, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=200, blank=True)
    sex = models.CharField(_("sex"), max_length=1)
    birth_date = models.DateField(_("date of birth"))
    # The index of names in their order begins with it.
    community = models.ForeignKey(
        Office, models.PROTECT, related_name="residents", db_index=False, verbose_name=_("community")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    moved_on = models.DateField(_("moved on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        # Of the few that have one (below): nearly all have none, and an index of those is looked at instead of better
        # ones.
        db_index=False,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("resident")
        ordering = ["pinyin", "number"]
        constraints = [
            models.CheckConstraint(name="resident_sex", condition=Q(sex__in=["M", "F"])),
            models.CheckConstraint(
                name="resident_id_number_form", condition=Q(id_number=None) | Q(id_number__regex=r"^[0-9]{17}[0-9X]$")
            ),
        ]
        indexes = [
            models.Index(fields=["community", "pinyin", "number"]),
            models.Index(fields=["name"], name="resident_name"),
            models.Index(fields=["merged_into"], name="resident_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


class Move(models.Model):
    """A resident went from one community to another: in `to_community` from the day `moved_on` on.

    Only who moved has rows; everybody lived always where they live. A move that is stated anew from an earlier day on
    is voided and kept.
    """

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="moves")
    moved_on = models.DateField(_("moved on"))
    from_community = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("moved from"))
    to_community = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("moved to"))
    voided = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("move")
        ordering = ["resident", "moved_on"]
        constraints = [
            models.UniqueConstraint(
                name="move_once_a_day", fields=["resident", "moved_on"], condition=Q(voided=False)
            ),
            models.CheckConstraint(name="move_goes_elsewhere", condition=~Q(from_community=F("to_community"))),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.moved_on}"


# kind of circumstance → the values that it takes
CIRCUMSTANCE_VALUES: dict[str, tuple[str, ...]] = {
    "hukou": ("native", "county", "outside"),
    "student": ("school", "university"),
    "low_income": ("low_income", "low_income_edge"),
    "disability": ("1", "2", "3", "4"),
    "work": ("working",),
    "pension": ("here", "elsewhere"),
    "scheme": ("employee", "rural"),
    "bar": ("misuse",),
    "death": ("died",),
}


class Circumstance(models.Model):
    """Something that holds of a resident from a day to a day (both included; open where `ends` is empty).

    `value` belongs to the kind: hukou `native` (born or long registered here), `county` or `outside` (moved in from);
    student `school` or `university`; low income `low_income` or `low_income_edge`; disability the grade `1` to `4`;
    work `working`; pension `here` or `elsewhere`; scheme `employee` or `rural`; bar `misuse`; death `died`. Two of one
    kind never overlap. A wrong one is voided with a reason and kept.
    """

    class Kind(models.TextChoices):
        HUKOU = "hukou", _("Household registration (hukou)")
        STUDENT = "student", _("Student")
        LOW_INCOME = "low_income", _("Low income")
        DISABILITY = "disability", _("Disability")
        WORK = "work", _("Work")
        PENSION = "pension", _("Pension")
        SCHEME = "scheme", _("Other insurance scheme")
        BAR = "bar", _("Barred for misuse")
        DEATH = "death", _("Death")

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="circumstances")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    value = models.CharField(_("what holds"), max_length=20)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    school = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="students", verbose_name=_("school")
    )
    document_number = models.CharField(_("number of the certificate"), max_length=60, blank=True)
    voided = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("circumstance")
        ordering = ["resident", "kind", "starts"]
        constraints = [
            models.CheckConstraint(name="circumstance_days", condition=Q(ends=None) | Q(ends__gte=F("starts"))),
            models.CheckConstraint(
                name="circumstance_value",
                condition=Q(
                    *[Q(kind=kind, value__in=values) for kind, values in CIRCUMSTANCE_VALUES.items()],
                    _connector=Q.OR,
                ),
            ),
            ExclusionConstraint(
                name="circumstance_no_overlap",
                expressions=[
                    ("resident", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DayRange(), RangeOperators.OVERLAPS),
                ],
                condition=Q(voided=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value} {self.starts}–{self.ends or ''}"

    def holds_on(self, day: datetime.date) -> bool:
        return not self.voided and self.starts <= day and (self.ends is None or day <= self.ends)
