"""Opening the window: a notice for everybody who goes on, as a run over the whole city (W5, B3, C1 to C4, E7).

Each person gets the notice that the counter would make, by the same rules, which are asked once for all who are alike.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration import labels
from enrollment.registration import selectors as registration
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Ineligible, Tier
from liaoyang_medins.kernel.runs import kinds
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Examples, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import Batch, OneOf, Statement, batch, insert

from .. import letters, rules
from ..assessment import Assessment, NotEligible, policy_of
from ..models import WindowLetter
from .alike import Insured, Pattern, insured_of
from .lots import lots_of
from .notices import pattern_of, read_renewals_ahead, renewal, write_renewal

NAME = "window"
# A lot takes about a second.
PERSONS_PER_LOT = 3_000

FIGURES = (
    Figure("made", gettext_lazy("Notices made")),
    Figure("there", gettext_lazy("Open already")),
    Figure("paid", gettext_lazy("Paid already")),
    Figure("waiting", gettext_lazy("First notice not paid yet")),
    Figure("personal", gettext_lazy("Amounts due (yuan)"), in_yuan=True),
    Figure("government", gettext_lazy("Government part (yuan)"), in_yuan=True),
    Figure("letters", gettext_lazy("Letters with the reason instead of a notice")),
)
# What the rules say of somebody who needs no notice → the figure that counts them.
NEEDS_NONE = {"already_paid": "paid", "never_paid": "waiting"}


def open_window(*, contribution_year: int, by: Actor, dry_run: bool = False, calls: bool = True) -> Run:
    """Start the run that makes the notices of everybody who goes on in `contribution_year`; returns it, or the live
    one (W5).

    Started again it makes those that are missing. Raises Refused outside the window, NotAllowed.
    """
    parameters = {"year": contribution_year}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, dry_run=dry_run, calls=calls)


def going_on() -> QuerySet[Enrollment]:
    """The relationships that are open."""
    return Enrollment.objects.filter(ends=None)


def plan(run: Run) -> Plan:
    """The residents by their keys, in lots."""
    year = run.parameters["year"]
    opens, closes = rules.payment_window(year, registration.policy_on(run.business_date))
    if not opens <= run.business_date <= closes:
        raise Refused(
            _("The window for %(year)s is open from %(first)s to %(last)s.")
            % {"year": year, "first": opens, "last": closes},
            code="window_closed",
        )
    residents = going_on().order_by("resident_id").values_list("resident_id", flat=True)
    return Plan([*lots_of(residents.iterator(), PERSONS_PER_LOT)], policy_of(year))


def work(run: Run, parameters: Parameters) -> Outcome:
    """Make the notices of a lot. The residents are locked in the order of their keys."""
    with batch() as held:
        residents = Resident.objects.filter(pk__gt=parameters["after"], pk__lte=parameters["until"])
        list(residents.order_by("pk").select_for_update().values_list("pk"))
        lot = Lot(run, held, write=True)
        lot.take(parameters["after"], parameters["until"])
        lot.write_letters()
    return lot.outcome()


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would make, with examples."""
    with batch() as held:
        lot = Lot(run, held, write=False)
        lot.take(parameters["after"], parameters["until"])
    return lot.outcome()


@Statement
def _relationships(keys: list[int]) -> QuerySet[Enrollment]:
    """Relationships by their keys. The communities of their residents are few, and read apart."""
    return Enrollment.objects.filter(OneOf(F("pk"), keys)).select_related("resident").order_by("resident_id")


@dataclass(frozen=True, slots=True)
class Answer:
    """What those get who are alike: a new notice with this assessment, written by the `pattern` where it is to be
    written, or what `figure` counts without one.
    """

    figure: str
    assessment: Assessment | None = None
    pattern: Pattern | None = None


class Lot:
    """What came of a lot so far."""

    def __init__(self, run: Run, held: Batch, *, write: bool) -> None:
        """Of residents who are locked, where it is to `write`."""
        self.today, self.by = run.business_date, run.actor
        self.held, self.write = held, write
        self.year: int = run.parameters["year"]
        self.counts: dict[str, int | Decimal] = {figure.code: ZERO if figure.in_yuan else 0 for figure in FIGURES}
        self.refused: list[kinds.Refused] = []
        self.examples: list[list[str]] = []
        self.digest = hashlib.sha256()
        # The letters with a reason that a relationship has got, by their years.
        self.letters: dict[int, list[int]] = defaultdict(list)
        self.untold: list[tuple[Enrollment, NotEligible]] = []
        self.offices = Office.objects.in_bulk()
        for office in self.offices.values():
            office.parent = self.offices.get(office.parent_id)

    def take(self, after: int, until: int) -> None:
        """The open relationships of the residents after one key until another: of those who are alike the rules are
        asked for the first.
        """
        people = insured_of(after, until, self.year, self.today, self.offices)
        firsts: dict[int, Insured] = {}
        for one in people:
            firsts.setdefault(one.group, one)
        answers = self.ask(list(firsts.values()))
        alone = []
        for one in people:
            if firsts[one.group] is one:
                continue
            answer = answers[one.group]
            if answer is None:
                alone.append(one)
            else:
                self.held.turn()
                self.count(answer, one.number, answer.pattern.write(one) if answer.pattern else "")
        if alone:
            self.ask(alone)

    def ask(self, people: list[Insured]) -> dict[int, Answer | None]:
        """Each of them as at the counter; returns by their groups what others get, None where each is to be asked."""
        rows = _relationships([one.enrollment for one in people])
        for row in rows:
            row.resident.community = self.offices[row.resident.community_id]
        self.read_letters(rows)
        read_renewals_ahead(rows, self.year, lock=self.write)
        answers = {}
        for one, row in zip(people, rows, strict=True):
            self.held.turn()
            answers[one.group] = self.answer(one, row)
        return answers

    def read_letters(self, rows: Iterable[Enrollment]) -> None:
        """Which of them have got letters with a reason."""
        found = WindowLetter.objects.filter(kind=WindowLetter.Kind.NO_NOTICE, enrollment__in=[row.pk for row in rows])
        for enrollment, year in found.values_list("enrollment_id", "contribution_year"):
            self.letters[enrollment].append(year)

    def answer(self, one: Insured, row: Enrollment) -> Answer | None:
        """One relationship: its notice, or why there is none; and what others get who are alike."""
        resident = row.resident
        try:
            found = renewal(resident, self.year, self.today, row)
        except NotEligible as error:
            codes = [code.value for code in error.codes]
            self.refused.append(kinds.Refused(resident.number, error.code, {"reasons": codes}))
            if self.year not in self.letters[row.pk]:
                self.counts["letters"] += 1
                self.untold.append((row, error))
            # Each has a letter of their own.
            return None
        except Refused as error:
            if error.code not in NEEDS_NONE:
                raise
            return self.count(Answer(NEEDS_NONE[error.code]), resident.number)
        if found.assessment is None:
            return self.count(Answer("there"), resident.number)
        if not self.write:
            return self.count(Answer("made", found.assessment), resident.number)
        notice = write_renewal(resident, found, self.today, self.by)
        pattern = pattern_of(one, resident, found.assessment, notice, self.by)
        answer = self.count(Answer("made", found.assessment, pattern), resident.number, notice.number)
        return answer if pattern is not None else None

    def count(self, answer: Answer, resident: str, notice: str = "") -> Answer:
        """Count what a resident got, which is returned."""
        self.counts[answer.figure] += 1
        if answer.assessment is None:
            return answer
        part = answer.assessment.parts[0]
        self.counts["personal"] += answer.assessment.due
        self.counts["government"] += answer.assessment.government
        said = (resident, part.category, part.tier, part.personal, part.government)
        if notice:
            self.digest.update("|".join(map(str, (notice, *said))).encode() + b"\n")
        elif len(self.examples) < EXAMPLES:
            self.examples.append([str(value) for value in said])
        return answer

    def write_letters(self) -> None:
        """Tell those who get no notice why, in a letter that is kept (E8). Drawn up apart from the notices, since what
        is asked for it here would be asked person by person.
        """
        law = policy_of(self.year)
        for row, error in self.untold:
            codes = [code.value for code in error.codes]
            paper = letters.keep_no_notice(
                row,
                self.year,
                error.steps,
                on=self.today,
                covered_until=rules.lapses_on(self.year),
                round_of=len(self.letters[row.pk]) + 1,
                law=law,
            )
            letter = WindowLetter(
                kind=WindowLetter.Kind.NO_NOTICE,
                enrollment=row,
                contribution_year=self.year,
                paper=paper,
                reasons=codes,
                written_on=self.today,
            )
            insert(letter)
            changes = {"year": self.year, "reasons": codes, "sha256": paper.sha256}
            audit.record(by=self.by, verb="letters.tell", obj=row, resident=row.resident.number, changes=changes)
            self.digest.update("|".join(("letter", row.number, *codes)).encode() + b"\n")

    def outcome(self) -> Outcome:
        wrote = (self.counts["made"] or self.counts["letters"]) and not self.examples
        refused = sorted(self.refused, key=lambda one: one.name)
        return Outcome(self.counts, refused, self.examples, self.digest.hexdigest() if wrote else "")


def in_words(examples: Examples) -> Examples:
    """The examples with categories and tiers in words."""
    return [
        [number, labels.label(Category(category)), labels.label(Tier(tier)), *figures]
        for number, category, tier, *figures in examples
    ]


def reason(code: str, parameters: Parameters) -> str:
    """Why there is no notice, in words."""
    if not parameters:
        return _("May not take part any more")
    return " ".join(labels.label(Ineligible(each)) for each in parameters["reasons"])


# Cancelled, what was made stays: each notice is right by itself.
KIND = Kind(
    name=NAME,
    label=gettext_lazy("Notices of the window"),
    verb="window.open",
    under="window",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Resident")),
        Heading(gettext_lazy("Category")),
        Heading(gettext_lazy("Tier")),
        Heading(gettext_lazy("Amount due (yuan)"), of_figures=True),
        Heading(gettext_lazy("Government part (yuan)"), of_figures=True),
    ),
    key=lambda parameters: str(parameters["year"]),
    title=lambda parameters: _("Contribution year %(year)s") % {"year": parameters["year"]},
    plan=plan,
    begin=lambda run: str(run.parameters["year"]),
    work=work,
    look=look,
    link=lambda year: (
        _("The notices for %(year)s") % {"year": year},
        f"{reverse('notices')}?year={year}",
    ),
    reason=reason,
    shown=in_words,
)
