"""What supervision finds in the demo city: stays that look suspicious, through the services of the hospitals, findings
in every state, and reports of the public.
"""

import datetime
import itertools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from claims import services as claims
from claims.data import AdmissionData, LineData
from claims.inspections import services as inspections
from claims.models import CatalogueItem, Institution, Stay
from claims.violations.services import receive_public_report
from enrollment.contributions.models import BenefitPeriod
from enrollment.life import services as lives
from enrollment.life.happenings import Happening
from enrollment.life.models import LifeChange
from enrollment.registration.models import Resident
from funds.watch import patterns, services
from funds.watch.models import Finding
from funds.watch.services.handling import usual_term
from funds.watch.services.looking import write_down
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.portal import life
from liaoyang_medins.portal.effects import mark_of

DAY = datetime.timedelta(days=1)
Kind = Finding.Kind
# Of how many people without stays the last are left alone: others find them so.
LEFT_ALONE = 8
# The hospitals of the demo are few and small: what is far from its peers there would be nothing elsewhere.
SMALL = replace(patterns.figures(), peer_stays=1, peer_deviations=Decimal(1), peer_institutions=2)
# People of whom something suspicious is made: four, and those of a series.
NEEDED = 4 + SMALL.series_persons
BACK_PAIN = "M51.2"


class Findings:
    """Lets supervision look, and the agency answer. Where there are too few people less is found."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of, self.actors = as_of, actors
        self.serial = itertools.count(1)
        items = CatalogueItem.objects.filter(catalogue_class="A", price_limit=None, ends=None, kind="drug")
        self.item = items.order_by("code")[0].code

    def work(self) -> None:
        self.suspicious(self.people())
        with clock.on_day(self.as_of):
            self.look()
            self.handle()
        self.public()

    def people(self) -> list[Resident]:
        """As many as are needed of the grown people with cover for months who have no stays, from the last."""
        covered = BenefitPeriod.objects.filter(
            starts__lte=self.as_of - 90 * DAY, ends__gte=self.as_of, withdrawn_on=None, resident__stays=None
        ).exclude(resident__circumstances__kind="death")
        grown = covered.filter(notice__category="elderly", notice__paid_on__lte=self.as_of - 90 * DAY)
        count = max(0, min(NEEDED, covered.count() - LEFT_ALONE))
        return [period.resident for period in grown.select_related("resident").order_by("-resident__number")[:count]]

    # --- stays that look suspicious ---

    def suspicious(self, people: Sequence[Resident]) -> None:
        """A stay beside another, a card in two places, one after a death, many stays, six on a day."""
        left = iter(people)
        for make in (self.beside, self.in_two_places, self.after_death, self.many):
            person = next(left, None)
            if person is not None:
                make(person)
        others = list(itertools.islice(left, SMALL.series_persons))
        if len(others) == SMALL.series_persons:
            for person in others:
                self.stay(person, "LY-C02", 12, 9, diagnosis=BACK_PAIN)

    def beside(self, person: Resident) -> None:
        self.stay(person, "LY-H01", 40, 31)
        self.stay(person, "LY-H03", 36, 28, settled=False)

    def in_two_places(self, person: Resident) -> None:
        self.stay(person, "LY-H01", 20, 20)
        self.stay(person, "LY-H04", 19, 15)

    def after_death(self, person: Resident) -> None:
        """The death becomes known after a stay was settled."""
        self.stay(person, "LY-H04", 18, 13)
        clerk, died, said = self.actors["clerk"], self.as_of - 16 * DAY, "死亡证明，民政部门转来"
        happened = Happening(LifeChange.What.DIED, died, "died")

        def apply() -> None:
            lives.apply_happening(resident_number=person.number, happening=happened, reason=said, by=clerk)

        with clock.on_day(self.as_of - DAY):
            change = life.Change(person, happened.what, apply, died, said)
            seen = mark_of(life.look_ahead(change, clerk))
            life.make(change, submission=uuid.uuid5(uuid.NAMESPACE_OID, f"{person.number} died"), seen=seen, by=clerk)

    def many(self, person: Resident) -> None:
        for first in (85, 70, 55, 40, 25):
            self.stay(person, "LY-C01", first, first - 2)

    def stay(
        self, person: Resident, code: str, first: int, last: int, *, diagnosis: str = "I10", settled: bool = True
    ) -> Stay:
        """A stay from so many days before the demo's day to so many, with one line."""
        institution = Institution.objects.select_related("office").get(code=code)
        by = Actor(ActorKind.USER, "demo hospital", role=Role.HOSPITAL, office=institution.office)
        admitted, leaves = self.as_of - first * DAY, self.as_of - last * DAY
        moment = datetime.datetime.combine(admitted, datetime.time(9), tzinfo=clock.SHANGHAI)
        with clock.on_day(admitted):
            stay = claims.admit(
                admission=AdmissionData(
                    resident_number=person.number,
                    inpatient_number=f"DF{next(self.serial):04d}",
                    admitted_at=moment,
                    diagnosis=diagnosis,
                    card_presented_at=moment,
                ),
                by=by,
            )
        with clock.on_day(leaves):
            line = LineData(admitted, self.item, Decimal(10), Decimal(40 + first % 7))
            claims.add_lines(stay_number=stay.number, lines=[line], by=by)
            claims.discharge(stay_number=stay.number, discharged_on=leaves, by=by)
            if settled:
                claims.settle_stay(stay_number=stay.number, by=by)
        return stay

    # --- supervision ---

    def look(self) -> None:
        """As at night; and of each comparison of institutions the first that the demo's few hospitals give."""
        job = Actor.job("watch")
        runs.work_off(number=services.start_look(by=job, calls=False).number)
        for kind in (Kind.COST, Kind.LENGTH, Kind.READMISSION, Kind.OUT_OF_SCOPE):
            found = list(patterns.unlike_peers(kind, self.as_of, SMALL))
            write_down(kind, found[:1], by=job)

    def handle(self) -> None:
        """One is in hand, one waits for the supervisor, one is closed; the others nobody has taken up."""
        supervisor, clerk = self.actors["supervisor"], self.actors["clerk"]
        open_ones = Finding.objects.filter(status=Finding.Status.OPEN)
        for kind in (Kind.OVERLAP, Kind.AFTER_DEATH, Kind.TWO_PLACES, Kind.MANY_STAYS):
            finding = open_ones.filter(kind=kind).order_by("number").first()
            if finding is None:
                continue
            owner = "reviewer" if kind == Kind.AFTER_DEATH else "clerk"
            finding = services.assign(
                number=finding.number,
                version=finding.version,
                owner=owner,
                due_on=usual_term(self.as_of),
                note="请核对病历与就诊卡。",
                by=supervisor,
            )
            if kind in (Kind.OVERLAP, Kind.AFTER_DEATH):
                continue
            finding = services.answer(
                number=finding.number,
                version=finding.version,
                answer="已调阅两院病历，本人确曾就诊，急诊留观后转院，漏填转院标志。",
                consequence=Finding.Consequence.NONE,
                by=clerk,
            )
            if kind == Kind.MANY_STAYS:
                services.close(
                    number=finding.number,
                    version=finding.version,
                    result=Finding.Status.NOT_PROVEN,
                    conclusion="病历齐全，未发现冒名住院，继续关注。",
                    by=supervisor,
                )

    # --- the public ---

    def public(self) -> None:
        """One that came today, one in hand, one that is closed with what the public is told."""
        clerk = self.actors["clerk"]
        told = (
            (45, "citizen", "病房夜间无人，床位费照收。"),
            (6, "resident", "邻居用亡母的医疗卡开药。"),
            (0, "anonymous", "门诊药房以药换保健品。"),
        )
        for days, source, facts in told:
            came = self.as_of - days * DAY
            with clock.on_day(came):
                report, _code = receive_public_report(
                    submission=uuid.uuid5(uuid.NAMESPACE_OID, f"public {days}"),
                    source=source,
                    facts=facts,
                    about_other="某社区卫生服务站",
                )
                if days:
                    report = inspections.take_report(number=report.number, version=report.version, by=clerk)
            if days == 45:
                with clock.on_day(came + 20 * DAY):
                    inspections.close_report(
                        number=report.number,
                        version=report.version,
                        result="confirmed",
                        answer="夜查发现四名在册病人不在院，已责令整改。",
                        told="经夜间检查，情况属实，已责令该机构整改，并按规定处理。",
                        by=clerk,
                    )
