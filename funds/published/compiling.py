"""The figures of a year, told anew from sums and documents, without what tells of fewer than 5 persons (Art. 31)."""

import datetime
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from funds.supervision.counting import AT_HOME, LIVED
from funds.supervision.models import FundMonth
from funds.supervision.selectors.fund import NOTHING, Flow, cells_of
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category

from .models import Publication
from .rules import TOTAL, Cell, hidden_cells, hidden_in_line, small, with_sums

# The key of what belongs to no district.
NO_DISTRICT = "none"
CATEGORIES = [category.value for category in Category]
# Persons of districts by their codes, counted by groups.
Persons = dict[str, tuple[int, ...]]

INSURED = """
    SELECT notice.category, office.code, count(*) FROM contributions_contributionnotice notice
    JOIN offices_office office ON office.id = notice.district_id
    WHERE notice.status = 'paid' AND notice.contribution_year = %(year)s GROUP BY 1, 2
"""
# Persons by district behind what was booked in a year: who paid, for whom subsidies were claimed, for whom the fund
# paid, from whom it claims something back. Of contributions and subsidies by category too: what a category pays is
# known to everybody, so that both amounts together may tell how many of each there are.
PAYERS = """
    SELECT office.code, notice.category, count(DISTINCT notice.resident_id)
    FROM contributions_contributionnotice notice
    JOIN offices_office office ON office.id = notice.district_id
    WHERE notice.paid_on BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
"""
SUBSIDISED = """
    SELECT office.code, part.category, sum(part.persons) FROM funds_statementsum part
    JOIN funds_subsidystatement statement ON statement.id = part.statement_id AND statement.status = 'issued'
    JOIN offices_office office ON office.id = part.district_id
    WHERE statement.issued_on BETWEEN %(first)s AND %(last)s AND NOT part.corrections GROUP BY 1, 2
"""
PATIENTS = f"""
    WITH {LIVED}, decided AS (
        SELECT resident_id, settled_on FROM claims_settlement
        WHERE fund > 0 AND decided_on BETWEEN %(first)s AND %(last)s
        UNION ALL
        SELECT resident_id, settled_on FROM claims_reversal reversal
        JOIN claims_settlement settlement ON settlement.id = reversal.settlement_id
        WHERE fund > 0 AND reversal.reversed_on BETWEEN %(first)s AND %(last)s
    )
    SELECT office.code, '', count(DISTINCT decided.resident_id)
    FROM {AT_HOME} JOIN offices_office office ON office.id = subdistrict.parent_id GROUP BY 1
"""  # noqa: S608  names of our own
# What is recovered belongs to no district.
RECOVERED = f"""
    SELECT '{NO_DISTRICT}', '', count(DISTINCT settlement.resident_id) FROM (
        SELECT item.settlement_id, owner.decided_on, owner.revoked_on
        FROM misuse_recoveryitem item JOIN misuse_misusecase owner ON owner.id = item.case_id
        UNION ALL
        SELECT item.settlement_id, owner.decided_on, owner.revoked_on FROM inspections_repaymentitem item
        JOIN inspections_inspectionfinding finding ON finding.id = item.finding_id
        JOIN inspections_inspection owner ON owner.id = finding.inspection_id
    ) AS claimed JOIN claims_settlement settlement ON settlement.id = claimed.settlement_id
    LEFT JOIN claims_reversal reversal ON reversal.settlement_id = settlement.id
    WHERE claimed.decided_on BETWEEN %(first)s AND %(last)s OR claimed.revoked_on BETWEEN %(first)s AND %(last)s
        OR (claimed.decided_on <= %(last)s AND reversal.reversed_on BETWEEN %(first)s AND %(last)s)
"""  # noqa: S608  names of our own


def figures_of(year: int) -> dict[str, Any]:
    """The figures of a calendar year as they would be published, as JSON keeps them; None is what is hidden. Amounts
    are in yuan.

    `insured` are persons whose contribution for the year was paid; money is what was booked in the year. Refused where
    fewer than 5 persons paid, or subsidies were claimed for fewer. Where the fund paid for fewer, spending is hidden,
    and from then on the balance, from which it could be computed.
    """
    span = {"first": datetime.date(year, 1, 1), "last": datetime.date(year, 12, 31), "year": year}
    insured = {(category, district): int(count) for category, district, count in asked(INSURED, span)}
    persons = {
        "contributions": counted(PAYERS, span),
        "subsidies": counted(SUBSIDISED, span),
        "payments": counted(PATIENTS, span) | counted(RECOVERED, span),
    }
    require_enough([sum(insured.values()), *(everybody(persons[of]) for of in ("contributions", "subsidies"))])
    flows, before = booked(year)
    hidden = hidden_before(year)
    return {
        "districts": [[office.code, office.name, office.name_en] for office in districts()],
        "insured": insured_table(insured, hidden),
        "money": money_table(flows, persons, hidden),
        "fund": account(sum(flows.values(), NOTHING), before, few_in=few_patients_until(year), year=year),
    }


def account(total: Flow, before: Decimal, *, few_in: list[int], year: int) -> dict[str, str | None]:
    """The fund from the balance before the year to that after it; `few_in` are the years with few patients."""
    told: dict[str, str | None] = {
        "before": str(before),
        **{each.name: str(getattr(total, each.name)) for each in fields(Flow)},
        "income": str(total.income),
        "spending": str(total.spending),
        "after": str(before + total.surplus),
    }
    if year in few_in:
        told |= dict.fromkeys(("inpatient", "other_spending", "spending"))
    if few_in:
        told["after"] = None
    if any(each < year for each in few_in):
        told["before"] = None
    return told


def few_patients_until(year: int) -> list[int]:
    """The years up to this one in which the fund paid for fewer than 5 persons."""
    spans = [{"first": datetime.date(each, 1, 1), "last": datetime.date(each, 12, 31)} for each in years_until(year)]
    return [span["first"].year for span in spans if small(everybody(counted(PATIENTS, span)))]


def years_until(year: int) -> range:
    """The years from the first in which something was booked."""
    first = FundMonth.objects.order_by("month").values_list("month", flat=True).first()
    return range(first.year if first else year, year + 1)


def asked(sql: str, span: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, span)
        return list(cursor.fetchall())


def counted(sql: str, span: dict[str, Any]) -> Persons:
    """Persons by district, in each by category where the statement knows it."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for district, category, count in asked(sql, span):
        found[district][category] = int(count)
    return {district: tuple(of.get(each, 0) for each in ("", *CATEGORIES)) for district, of in found.items()}


def everybody(persons: Persons) -> int:
    """The persons of all districts; what belongs to none counts nobody anew."""
    return sum(sum(groups) for district, groups in persons.items() if district != NO_DISTRICT)


def hidden_before(year: int) -> set[Cell]:
    """What the published editions of the year hide: cells of both tables by row and column."""
    found: set[Cell] = set()
    for edition in Publication.objects.filter(year=year, status=Publication.Status.PUBLISHED):
        for table in ("insured", "money"):
            for row, cells in edition.figures[table].items():
                found.update((row, column) for column, value in cells.items() if value is None)
    return found


def districts() -> list[Office]:
    """The districts of the area, by code."""
    return list(Office.objects.filter(kind=Office.Kind.DISTRICT).order_by("code"))


def require_enough(persons: Iterable[int]) -> None:
    """Raise Refused where a sum of the whole area tells of fewer than 5 persons."""
    if any(small(count) for count in persons):
        raise Refused(_("Fewer than 5 persons paid in this year, or subsidies were claimed for fewer."), code="few")


def booked(year: int) -> tuple[dict[str, Flow], Decimal]:
    """What was booked in a year by district (NO_DISTRICT for none), and the balance before it."""
    flows: dict[str, Flow] = defaultdict(Flow)
    before = ZERO
    codes = {office.pk: office.code for office in districts()}
    for month, district, flow in cells_of(FundMonth.objects.all()):
        if month.year < year:
            before += flow.surplus
        elif month.year == year:
            flows[codes[district] if district else NO_DISTRICT] += flow
    return flows, before


def insured_table(insured: dict[Cell, int], before: set[Cell]) -> dict[str, dict[str, int | None]]:
    """Persons by category and district with all sums; None is hidden."""
    codes = [office.code for office in districts()]
    counts = {(category, code): insured.get((category, code), 0) for category in CATEGORIES for code in codes}
    hidden, table = hidden_cells(counts, before), with_sums(counts)
    return {
        row: {column: None if (row, column) in hidden else table[row, column] for column in (*codes, TOTAL)}
        for row in (*CATEGORIES, TOTAL)
    }


def money_table(
    flows: dict[str, Flow], persons: dict[str, Persons], before: set[Cell]
) -> dict[str, dict[str, str | None]]:
    """What was booked by district, in yuan, with the sum; None is hidden. Both shares of a subsidy are hidden
    together: one tells the other (C3). Patients are hidden where spending is, and belong to districts only.
    """
    table: dict[str, dict[str, str | None]] = {}
    for of, columns in (("contributions", ("contributions",)), ("subsidies", ("city", "district")), ("payments", ())):
        kinds = columns or ("spending",)
        amounts = {code: {kind: getattr(flow, kind) for kind in kinds} for code, flow in with_all(flows).items()}
        sums = {code: sum(amounts[code].values(), ZERO) for code in amounts}
        earlier = [column for row, column in before if row in kinds]
        hidden = hidden_in_line(sums, persons[of], earlier, apart=(NO_DISTRICT,))
        for kind in kinds:
            row = {code: None if code in hidden else str(amounts[code][kind]) for code in amounts}
            table[kind] = {**row, TOTAL: str(sum((amounts[code][kind] for code in amounts), ZERO))}
    if small(everybody(persons["payments"])):
        table["spending"] = dict.fromkeys(table["spending"])
        table["patients"] = dict.fromkeys(table["spending"])
        return table
    patients = {office.code: sum(persons["payments"].get(office.code, ())) for office in districts()}
    shown = {code: None if table["spending"][code] is None else str(count) for code, count in patients.items()}
    table["patients"] = {**shown, TOTAL: str(sum(patients.values()))}
    return table


def with_all(flows: dict[str, Flow]) -> dict[str, Flow]:
    """The flow of every district by code, and of none where there is some."""
    found = {office.code: flows.get(office.code, NOTHING) for office in districts()}
    rest = flows.get(NO_DISTRICT, NOTHING)
    return {**found, NO_DISTRICT: rest} if rest != NOTHING else found


def seal_of(number: str, published_on: datetime.date | None, figures: dict[str, Any]) -> str:
    """SHA-256 of everything that an edition says."""
    said = {"number": number, "published_on": published_on.isoformat() if published_on else "", "figures": figures}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
