"""Versions of the catalogue, reports of violations and inspections of the demo city, through the services."""

import csv
import datetime
import io
import itertools
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from claims.catalogues.models import CatalogueVersion
from claims.catalogues.reading import layout
from claims.catalogues.services import apply_version, upload_version
from claims.inspections import services as inspections
from claims.inspections.models import Inspection
from claims.models import CatalogueItem, Settlement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import first_of_next_month
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run

WORDS = {"A": "甲类", "B": "乙类", "C": "丙类"}
KINDS = {"drug": "药品", "treatment": "诊疗项目", "service": "服务设施"}
# What the fund has to have paid for a stay before inspections claim some of it back.
PAID_FROM = Decimal("150.00")


class Watching:
    """Lets the agency bring the catalogue up to date, receive reports and inspect hospitals."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.forms = itertools.count(1)
        self.as_of = as_of
        self.clerk, self.reviewer = actors["clerk"], actors["reviewer"]

    def work(self) -> None:
        self.catalogue()
        self.reports()
        self.inspections()

    # --- the catalogue ---

    def catalogue(self) -> None:
        """A part that was applied last month, and one for the month to come that waits for the reviewer."""
        before = self.as_of.replace(day=1) - datetime.timedelta(days=12)
        away = CatalogueItem.objects.filter(kind="treatment", catalogue_class="C").order_by("-code")[:2]
        rows = [[item.code, f"{item.name}(次)", *self.said(item)] for item in away]
        with clock.on_day(before):
            version = self.uploaded(rows, self.as_of.replace(day=1), "辽医保〔2009〕21号", "诊疗项目调整.csv")
        with clock.on_day(before + datetime.timedelta(days=2)):
            self.work_off(apply_version(number=version.number, by=self.reviewer, calls=False))
        drugs = list(CatalogueItem.objects.filter(kind="drug", catalogue_class="B").order_by("code")[:4])
        rows = [
            [drugs[0].code, drugs[0].name, "药品", "甲类", "0", drugs[0].unit, ""],
            [drugs[1].code, drugs[1].name, "药品", "乙类", "20%", drugs[1].unit, ""],
            [drugs[2].code, drugs[2].name, "药品", "乙类", f"{drugs[2].personal_share}", drugs[2].unit, "45.00"],
            [drugs[3].code, drugs[3].name, "药品", "丙类", "10%", drugs[3].unit, ""],
            ["XY0901", "盐酸氨溴索注射液15mg", "药品", "乙类", "10%", "支", "12.50"],
            ["XY0902", "复方甘草片", "药品", "甲类", "0", "瓶", ""],
        ]
        with clock.on_day(self.as_of - datetime.timedelta(days=1)):
            self.uploaded(rows, first_of_next_month(self.as_of), "辽医保〔2009〕27号", "药品目录调整.csv")

    def said(self, item: CatalogueItem) -> Sequence[str]:
        share = f"{item.personal_share}"
        return KINDS[item.kind], WORDS[item.catalogue_class], share, item.unit, ""

    def uploaded(
        self, rows: Sequence[Sequence[str]], starts: datetime.date, document: str, name: str
    ) -> CatalogueVersion:
        headings = {column.code: column.heading for column in layout()}
        codes = ("code", "name", "kind", "catalogue_class", "personal_share", "unit", "price_limit")
        written = io.StringIO()
        csv.writer(written).writerows([[headings[code] for code in codes], *rows])
        version = upload_version(
            scope=CatalogueVersion.Scope.PART,
            starts=starts,
            document=document,
            file=io.BytesIO(written.getvalue().encode("utf-8-sig")),
            file_name=name,
            by=self.clerk,
            calls=False,
        )
        self.work_off(Run.objects.get(kind="catalogue", key=version.number, dry_run=True))
        return version

    def work_off(self, run: Run) -> None:
        runs.work_off(number=run.number)

    # --- reports and inspections ---

    def reports(self) -> None:
        """One that nobody took in hand in time, one in the hand of each, one that came today, one that is closed."""
        found = self.settlements()
        code = found[0].stay.institution.code if found else ""
        told = (
            (40, "resident", "住院期间未做的检查出现在费用清单上。", "赵先生", "0419-2123456"),
            (12, "citizen", "有人持他人医疗卡住院。", "", ""),
            (8, "institution", "科室主任要求患者分解住院。", "", ""),
            (0, "anonymous", "开药超过病情需要。", "", ""),
            (60, "authority", "物价部门转来：收费项目未公示。", "市物价局", ""),
        )
        for days, source, facts, name, contact in told:
            received = self.as_of - datetime.timedelta(days=days)
            with clock.on_day(received):
                report = inspections.receive_report(
                    submission=self.mark(),
                    source=source,
                    facts=facts,
                    institution=code,
                    about_other="" if code else "定点医疗机构",
                    reporter_name=name,
                    reporter_contact=contact,
                    by=self.clerk,
                )
            handler = {12: self.clerk, 60: self.clerk, 8: self.reviewer}.get(days)
            if handler is not None:
                with clock.on_day(received + datetime.timedelta(days=1)):
                    report = inspections.take_report(number=report.number, version=report.version, by=handler)
            if days == 60:
                with clock.on_day(received + datetime.timedelta(days=20)):
                    inspections.close_report(
                        number=report.number,
                        version=report.version,
                        result="confirmed",
                        answer="已实地检查，医院当场整改并公示收费项目。",
                        by=self.clerk,
                    )

    def settlements(self) -> list[Settlement]:
        """The earliest settlements at the demo's institutions by which the fund paid enough."""
        rows = Settlement.objects.filter(live=True, fund__gte=PAID_FROM, decided_on__lt=self.as_of)
        return list(
            rows.select_related("stay__institution").order_by("stay__institution__code", "settled_on", "resident")[:2]
        )

    def inspections(self) -> None:
        """One whose findings stand, and one that waits for the reviewer."""
        found = self.settlements()
        if not found:
            return
        for days, settlement, amount, duty, facts in (
            (25, found[0], "120.00", "excess", "同一检查三日内重复收费两次。"),
            (3, found[-1], "20.00", "fees", "床位费高于公示标准。"),
        ):
            seen = max(self.as_of - datetime.timedelta(days=days), settlement.decided_on)
            with clock.on_day(seen):
                inspection = inspections.open_inspection(
                    submission=self.mark(),
                    institution=settlement.stay.institution.code,
                    inspected_on=seen,
                    inspectors="李强、张敏",
                    looked_at="抽查住院病历二十份，核对费用清单与医嘱。",
                    by=self.clerk,
                )
                inspections.add_finding(
                    number=inspection.number,
                    version=inspection.version,
                    duty=duty,
                    facts=facts,
                    repay={settlement.number: Decimal(amount)},
                    by=self.clerk,
                )
            if days == 25:
                self.decide(inspection, seen + datetime.timedelta(days=5))

    def decide(self, inspection: Inspection, on: datetime.date) -> None:
        with clock.on_day(min(on, self.as_of)):
            inspection.refresh_from_db()
            inspections.decide_inspection(
                number=inspection.number,
                version=inspection.version,
                reasoning="病历与医嘱不能证明重复检查的必要，违反第二十九条。",
                by=self.reviewer,
            )

    def mark(self) -> uuid.UUID:
        """The mark of another form."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"watching {next(self.forms)}")
