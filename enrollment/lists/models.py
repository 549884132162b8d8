"""Lists that other authorities and the schools send, row by row, and the classes of pupils."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import Office, User

# Within a row the name is that of its list.
EMPTY = list


class UploadedList(models.Model):
    """A list as it was sent: where it comes from, who brought it, its headings; its rows are `ListRow`.

    It is checked by a dry run of the kind `list` as soon as it is there, and applied by a run of that kind when
    somebody says so; `applied_on` is the day on which all of its rows were gone through. `sha256` is that of the
    file: the same file may come again, and then changes nothing.
    """

    class Source(models.TextChoices):
        CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs: low-income and low-income-edge")
        DISABILITY = "disability", _("Disabled persons' federation: disability")
        POLICE = "police", _("Police: deaths and moves")
        EMPLOYEE = "employee", _("Employee scheme: covered persons")
        RURAL = "rural", _("Rural cooperative scheme: covered persons")
        SCHOOL = "school", _("School: its students")

    number = models.CharField(_("list number"), max_length=20, unique=True)
    source = models.CharField(_("from"), max_length=16, choices=Source.choices)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("brought by"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by"))
    uploaded_on = models.DateField(_("uploaded on"))
    file_name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(max_length=64)
    headings = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(_("rows"))
    applied_on = models.DateField(_("applied on"), null=True, blank=True)

    class Meta:
        verbose_name = _("list")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="list_has_rows", condition=Q(row_count__gt=0))]
        indexes = [models.Index(fields=["office", "-id"], name="list_of_office")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("list", args=[self.number])


class ListRow(models.Model):
    """A row of a list: its `cells` as they stood there, `stated`, what they say, by the code of the column, and what
    became of it.

    - `waiting`: nobody has looked at it yet.
    - `would`: the dry run found something to do.
    - `done`: it was done.
    - `nothing`: there is nothing to do, and `findings` say why.
    - `refused`: it cannot be done, and `findings` say every reason.

    `findings` are pairs of a code and its parameters; `part` is the chunk in which it is worked: rows of one person
    are in one part, in their order. A row that cannot be read has nothing `stated`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Not looked at yet")
        WOULD = "would", _("To be done")
        DONE = "done", _("Done")
        NOTHING = "nothing", _("Nothing to do")
        REFUSED = "refused", _("Refused")

    list = models.ForeignKey(UploadedList, models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField(_("row"))
    part = models.PositiveIntegerField()
    cells = models.JSONField(default=EMPTY)
    stated = models.JSONField(default=dict)
    state = models.CharField(_("result"), max_length=10, choices=State.choices, default=State.WAITING)
    findings = models.JSONField(default=EMPTY)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("row of a list")
        ordering = ["list", "place"]
        constraints = [models.UniqueConstraint(name="list_row_once", fields=["list", "place"])]
        indexes = [
            models.Index(fields=["list", "part"], name="list_row_part"),
            models.Index(fields=["list", "state", "place"], name="list_row_state"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.place}"


class ClassMembership(models.Model):
    """In which class of a school a pupil is, from a day to a day (both included; open where `ends` is empty).

    That somebody is a pupil at all says the circumstance; this only says in which class. `grade` counts from 1, the
    first of primary school, to 12, the last before the university.
    """

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="classes")
    school = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("school"))
    grade = models.PositiveSmallIntegerField(_("grade"))
    class_name = models.CharField(_("class"), max_length=20)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("class")
        ordering = ["school", "grade", "class_name"]
        constraints = [
            models.UniqueConstraint(name="class_one_at_a_time", fields=["resident"], condition=Q(ends=None)),
            models.CheckConstraint(name="class_days", condition=Q(ends=None) | Q(ends__gte=F("starts"))),
            models.CheckConstraint(name="class_grade", condition=Q(grade__gte=1, grade__lte=12)),
        ]
        indexes = [
            models.Index(fields=["school", "grade", "class_name"], condition=Q(ends=None), name="class_of_school")
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.class_name}"
