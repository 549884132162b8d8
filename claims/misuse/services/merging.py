"""What misuse has to say when two records of a person are made one: a person has one open case (S1)."""

from django.utils.translation import gettext as _

from enrollment.life.parts import PARTS, Part
from enrollment.registration.models import Resident

from ..models import MisuseCase


def conflicts(survivor: Resident, duplicate: Resident) -> list[str]:
    """What stands against it: an open case of each. Bars that decisions stand on are looked at with what else is on
    record, and kept by `cases.keep_bar`.
    """
    opened = MisuseCase.objects.filter(resident__in=[survivor, duplicate], status=MisuseCase.Status.OPEN)
    numbers = list(opened.order_by("number").values_list("number", flat=True))
    if len(numbers) < 2:
        return []
    return [
        _("Two cases of misuse are open: %(numbers)s. Decide or dismiss one of them first.")
        % {"numbers": ", ".join(numbers)}
    ]


PARTS["misuse"] = Part(conflicts=conflicts)
