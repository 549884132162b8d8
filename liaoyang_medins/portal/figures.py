"""The scheme in numbers, counted every few minutes: each of them goes over all residents, notices or settlements."""

import datetime

from django.db.models import Count, Sum

from claims.models import Settlement
from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Enrollment
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import ZERO

from .models import SchemeFigures

# A job counts anew every five minutes; where none does, whoever looks after this time waits for it.
OLD = datetime.timedelta(minutes=15)


def scheme_figures(today: datetime.date) -> SchemeFigures:
    """The figures of the business date `today`, counted OLD ago at the most."""
    found = SchemeFigures.objects.filter(day=today, made_at__gt=clock.now() - OLD).first()
    return found or count_scheme(today)


def count_scheme(today: datetime.date) -> SchemeFigures:
    """Count the figures of the business date `today` now, and keep them."""
    paid = ContributionNotice.objects.filter(
        contribution_year=today.year, status=ContributionNotice.Status.PAID
    ).aggregate(
        persons=Count("pk"), personal=Sum("personal", default=ZERO), government=Sum("government", default=ZERO)
    )
    out = Settlement.objects.filter(live=True, settled_on__year=today.year).aggregate(
        settlements=Count("pk"), fund=Sum("fund", default=ZERO)
    )
    enrolled = Enrollment.objects.filter(ends=None).count()
    values = {"made_at": clock.now(), "enrolled": enrolled, **paid, **out}
    return SchemeFigures.objects.update_or_create(day=today, defaults=values)[0]
