"""Residents, what is known of them and from when, their registrations and insured relationships."""

import datetime
import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import Office, User


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
    community = models.ForeignKey(Office, models.PROTECT, related_name="residents", verbose_name=_("community"))
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


class RegistrationDraft(models.Model):
    """What a clerk has typed and not yet submitted: it survives an error, an expired session and a closed browser.

    Its id becomes the `submission` of the registration, so that a form sent twice makes one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a registration")

    def __str__(self) -> str:
        return str(self.pk)


class Registration(models.Model):
    """An application to take part, on its way through community → sub-district → district → agency (W1 to W3).

    Students' go from the school to the agency directly (W4). `office` is the community or school that received it.

    - `materials_missing`: material is missing or wrong; the written notice names all of it (W2).
    - `accepted`: complete and eligible; the office forwards within 3 days of acceptance.
    - `at_subdistrict`: waits for the sub-district to forward it.
    - `at_district`: the district reviews within 7 days of receipt.
    - `at_agency`: approved (or from a school); waits for the agency to take it into its records.
    - `recorded`: the insured relationship exists and the contribution notice is made. Final.
    - `returned`: sent back to the office with a reason; there it is completed and accepted again.
    - `refused`: not eligible; the written notice has every reason. Final.
    - `withdrawn`: taken back by the applicant. Final.

    `due_on` is the last day of the present step's term, where it has one.
    """

    class Status(models.TextChoices):
        MATERIALS_MISSING = "materials_missing", _("Material missing")
        ACCEPTED = "accepted", _("Accepted")
        AT_SUBDISTRICT = "at_subdistrict", _("At the sub-district")
        AT_DISTRICT = "at_district", _("Under district review")
        AT_AGENCY = "at_agency", _("At the agency")
        RECORDED = "recorded", _("Recorded")
        RETURNED = "returned", _("Returned")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    S = Status
    TRANSITIONS: dict[str, set[str]] = {
        S.MATERIALS_MISSING: {S.ACCEPTED, S.MATERIALS_MISSING, S.REFUSED, S.WITHDRAWN},
        S.ACCEPTED: {S.AT_SUBDISTRICT, S.AT_AGENCY, S.REFUSED, S.WITHDRAWN},
        S.AT_SUBDISTRICT: {S.AT_DISTRICT, S.RETURNED, S.WITHDRAWN},
        S.AT_DISTRICT: {S.AT_AGENCY, S.RETURNED, S.REFUSED, S.WITHDRAWN},
        S.AT_AGENCY: {S.RECORDED, S.RETURNED, S.REFUSED, S.WITHDRAWN},
        S.RETURNED: {S.ACCEPTED, S.MATERIALS_MISSING, S.REFUSED, S.WITHDRAWN},
        S.RECORDED: set(),
        S.REFUSED: set(),
        S.WITHDRAWN: set(),
    }
    OPEN = (S.MATERIALS_MISSING, S.ACCEPTED, S.AT_SUBDISTRICT, S.AT_DISTRICT, S.AT_AGENCY, S.RETURNED)
    del S

    number = models.CharField(_("registration number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="registrations", verbose_name=_("resident"))
    office = models.ForeignKey(Office, models.PROTECT, related_name="registrations", verbose_name=_("received by"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    received_on = models.DateField(_("received on"))
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    step_since = models.DateField(_("at this step since"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # What the applicant stated and the rule answered on the reference date (E7), kept with the policy that was asked.
    reference_date = models.DateField(_("reference date"))
    category = models.CharField(_("category"), max_length=16, blank=True)
    tier = models.CharField(_("tier"), max_length=20, blank=True)
    reasons = models.JSONField(_("reasons for refusal"), default=list, blank=True)
    facts = models.JSONField(default=dict)
    policy_version = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)
    # A guardian or agent (W1).
    agent_name = models.CharField(_("guardian or agent"), max_length=60, blank=True)
    agent_relation = models.CharField(_("relation"), max_length=20, blank=True)
    agent_id_number = models.CharField(_("agent's ID number"), max_length=18, blank=True)
    supplementary = models.BooleanField(_("over-cap supplementary insurance"), default=True)
    next_year = models.BooleanField(_("notice for the year after"), default=False)
    remark = models.TextField(_("remark"), blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("registration")
        ordering = ["-received_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="registration_one_open_a_resident",
                fields=["resident"],
                condition=Q(
                    status__in=[
                        "materials_missing",
                        "accepted",
                        "at_subdistrict",
                        "at_district",
                        "at_agency",
                        "returned",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="registration_refused_has_reasons",
                condition=~Q(status="refused") | ~Q(reasons=[]) | ~Q(remark=""),
            ),
            models.CheckConstraint(
                name="registration_maker_is_not_checker",
                condition=Q(reviewed_by=None) | Q(made_by=None) | ~Q(reviewed_by=F("made_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_on", "number"]),
            models.Index(fields=["office", "status", "due_on"]),
        ]

    def __str__(self) -> str:
        return self.number


class MaterialCheck(models.Model):
    """One document of a registration and how it was found (W1, W2)."""

    class State(models.TextChoices):
        NOT_LOOKED_AT = "not_looked_at", _("Not looked at")
        PRESENT = "present", _("In order")
        MISSING = "missing", _("Missing")
        WRONG = "wrong", _("Wrong")

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="materials")
    material = models.CharField(_("document"), max_length=40)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.NOT_LOOKED_AT)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("document check")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="material_once", fields=["registration", "material"])]

    def __str__(self) -> str:
        return f"{self.material}: {self.state}"


class Handover(models.Model):
    """A registration went from the office that had it (`giver`) to the next (`taker`, empty for the agency), on the
    transmittal sheet of that number, empty where it went alone.
    """

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="handovers")
    giver = models.ForeignKey(
        Office, models.PROTECT, related_name="+", db_index=False, verbose_name=_("handed over by")
    )
    taker = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("handed over to")
    )
    handed_on = models.DateField(_("handed over on"))
    sheet = models.CharField(_("transmittal sheet"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("handover")
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="handover_goes_on", condition=~Q(giver=F("taker")))]
        indexes = [
            models.Index(fields=["giver", "handed_on"]),
            models.Index(fields=["taker", "handed_on"]),
            models.Index(fields=["handed_on"]),
            models.Index(fields=["sheet"], condition=~Q(sheet=""), name="handover_by_sheet"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.handed_on}"


class Enrollment(models.Model):
    """An insured relationship (参保关系): from the day the agency recorded it to the last day it holds.

    At most one of a resident is open. `end_reason` is empty while it is: afterwards death, moved away, other scheme,
    lapsed or barred. Both follow from the circumstances on record and from `lapsed_on`, the last day of the last paid
    year of one that was not renewed (`endings.ending`). `merged` is one that went on in another when two records of a
    person were made one; it counts for nothing any more.
    """

    class EndReason(models.TextChoices):
        DEATH = "death", _("Death")
        MOVED_AWAY = "moved_away", _("Moved away")
        OTHER_SCHEME = "other_scheme", _("Other scheme")
        LAPSED = "lapsed", _("Lapsed")
        BARRED = "barred", _("Barred for misuse")
        MERGED = "merged", _("Merged with another enrollment")

    number = models.CharField(_("enrollment number"), max_length=20, unique=True)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="enrollments")
    registration = models.OneToOneField(Registration, models.PROTECT, null=True, related_name="enrollment")
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=16, choices=EndReason.choices, blank=True)
    lapsed_on = models.DateField(_("lapsed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("enrollment")
        ordering = ["resident", "starts"]
        constraints = [
            models.UniqueConstraint(
                name="enrollment_one_open_a_resident", fields=["resident"], condition=Q(ends=None)
            ),
            models.CheckConstraint(
                name="enrollment_end_has_reason",
                condition=Q(ends=None, end_reason="") | (Q(ends__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="enrollment_lapses_on_its_day",
                condition=~Q(end_reason="lapsed") | Q(lapsed_on=F("ends"), lapsed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number
