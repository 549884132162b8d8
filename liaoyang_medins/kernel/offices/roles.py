"""The roles, and the kind of office that each works at."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a user is at an office."""

    COMMUNITY = "community", _("Community clerk")
    SUBDISTRICT = "subdistrict", _("Sub-district clerk")
    DISTRICT = "district", _("District reviewer")
    AGENCY_CLERK = "agency_clerk", _("Agency clerk")
    AGENCY_REVIEWER = "agency_reviewer", _("Agency reviewer")
    CITY_FINANCE = "city_finance", _("City finance officer")
    DISTRICT_FINANCE = "district_finance", _("District finance officer")
    SCHOOL = "school", _("School officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMINISTRATOR = "administrator", _("Administrator")
    HOSPITAL = "hospital", _("Hospital")


OFFICE_KINDS = {
    Role.COMMUNITY: "community",
    Role.SUBDISTRICT: "subdistrict",
    Role.DISTRICT: "district",
    Role.AGENCY_CLERK: "area",
    Role.AGENCY_REVIEWER: "area",
    Role.CITY_FINANCE: "area",
    Role.DISTRICT_FINANCE: "district",
    Role.SCHOOL: "school",
    Role.SUPERVISOR: "area",
    Role.ADMINISTRATOR: "area",
    Role.HOSPITAL: "institution",
}
