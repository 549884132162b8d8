"""What would come of it, shown before anything is done (W6): reads only, by the same rules as the verbs."""

from dataclasses import dataclass
from datetime import date

from liaoyang_medins.kernel.errors import DomainError, Text
from liaoyang_medins.kernel.policy import BeforeTheLaw

from .assessment import Assessment
from .models import ContributionNotice
from .selectors import joint_of, main_of
from .services.notices import assess_anew
from .services.settling import assess_on_payment
from .services.writing import differs


@dataclass(frozen=True, slots=True)
class Preview:
    """What a payment on `paid_on` would buy; without an assessment the reasons why it would buy nothing.

    `changed`: the facts of that day give another notice than the one that was made.
    """

    paid_on: date
    assessment: Assessment | None = None
    changed: bool = False
    reasons: tuple[Text, ...] = ()


def pair_of(notice: ContributionNotice) -> list[ContributionNotice]:
    """The notice to pay, and the one that is paid together with it."""
    main = main_of(notice)
    joint = joint_of(main)
    return [main, joint] if joint else [main]


def preview_payment(notice: ContributionNotice, today: date) -> Preview:
    """The cover that a payment of the notice today would buy; before the term, one on its first day."""
    pair = pair_of(notice)
    paid_on = max(today, pair[0].pay_from)
    try:
        assessment = assess_on_payment(notice.resident, pair[0], paid_on)
    except DomainError as error:
        return Preview(paid_on, reasons=error.reasons or (error.message,))
    except BeforeTheLaw as error:
        return Preview(paid_on, reasons=(str(error),))
    return Preview(paid_on, assessment, differs(pair, assessment))


def preview_remake(notice: ContributionNotice, today: date, next_year: bool = False) -> Assessment:
    """The notice as it would be made anew today. Raises Conflict or Refused where it would not."""
    return assess_anew(notice.resident, pair_of(notice), today, next_year)
