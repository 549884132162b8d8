"""The words for the codes and steps of contributions and benefit periods."""

from django.utils.translation import gettext_lazy as _

from enrollment.registration.labels import STEP_WORDS, WORDS, article_text, choices, label, step_text
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, ReceiptProblem

__all__ = ["article_text", "choices", "label", "step_text"]

WORDS[EnrollmentKind] = {
    EnrollmentKind.FIRST: _("First enrollment"),
    EnrollmentKind.LAPSED: _("Re-enrollment"),
    EnrollmentKind.RENEWAL: _("Renewal in the yearly window"),
}
WORDS[ReceiptProblem] = {
    ReceiptProblem.UNKNOWN_NOTICE: _("No notice with this number."),
    ReceiptProblem.PAID_TWICE: _("The notice is paid already."),
    ReceiptProblem.AFTER_END: _("Dated after death or the end of the relationship."),
    ReceiptProblem.OUTSIDE_TERM: _("Dated outside the term of the notice."),
    ReceiptProblem.SHORT: _("Less than the amount due."),
    ReceiptProblem.OVER: _("More than the amount due."),
    ReceiptProblem.INCOMPLETE: _("A part of a notice that was not paid in full."),
    ReceiptProblem.PART_RETURNED: _("Another part of the notice went back, so the notice is not paid."),
    ReceiptProblem.SAME_REFERENCE: _("Another receipt with the same bank reference says something else."),
}

STEP_WORDS.update(
    {
        "tier_fits": (
            _("Tier that fits: %(tier)s"),
            _("person %(personal)s yuan, government %(government)s yuan a year"),
        ),
        "cheapest_tier": (_("Tier that holds"), _("%(tier)s, the lowest personal amount")),
        "no_subsidy": (
            _("No government part"),
            _("hukou moved in on %(moved_in)s: the whole standard is paid in the first %(years)s contribution years"),
        ),
        "personal": (_("The person pays"), _("yuan for a whole year")),
        "government": (_("The government pays"), _("yuan for a whole year")),
        "shares": (
            _("Shares of the government part"),
            _("city %(share)s: %(city)s yuan, district the rest: %(district)s yuan"),
        ),
        "quarter": (_("Notice for the first year"), _("each amount divided by %(divisor)s")),
        "four_months": (_("Notice for the first year"), _("%(months)s months of each amount")),
        "renewal": (_("Renewal"), _("paid on %(paid)s for %(year)s, cover goes on without a break")),
        "waiting_runs": (_("Running waiting period"), _("until %(until)s, no benefits before")),
        "lapsed": (_("Re-enrollment"), _("after a lapse or a bar there is a waiting period")),
        "moved_in_from_outside": (
            _("Moved in from outside Liaoyang"),
            _("hukou moved in on %(moved_in)s: there is a waiting period"),
        ),
        "term": (
            _("Term to enroll without a wait"),
            _("eligible since %(eligible_since)s: until %(until)s; paid on %(paid)s"),
        ),
        "waiting": (_("Waiting period"), _("%(months)s months, from %(first)s to %(until)s")),
        "first_year": (_("First year of the measures"), _("a notice for %(year)s has fixed dates")),
        "notice_year": (
            _("Contribution year of the notice"),
            _("%(year)s; from %(opens)s on notices are for the next year"),
        ),
        "year_after": (_("Notice for the year after"), _("%(year)s, as the person wishes")),
        "cover": (_("Benefits"), _("from %(start)s to %(end)s")),
    }
)
