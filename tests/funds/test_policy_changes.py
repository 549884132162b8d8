"""A new policy version from a date (Art. 14, 35): statements before it stay as they were, and where one holds what was
reckoned under both, each ratio stands apart (C3).
"""

import datetime
from pathlib import Path

import pytest
from django.conf import settings

from enrollment.contributions import services as contributions
from enrollment.contributions.models import Receipt
from funds import exports, selectors
from funds.models import SubsidyStatement
from funds.selectors.figures import seal_of
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.contributions import makers as m

from .pages import text, url
from .steps import issued

D = datetime.date
LAW = Path(policy.__file__).parent / "data" / "liaoyang" / "2008-07-01.yaml"
# The city pays more of a larger government part.
AMENDMENT = """
area: liaoyang
version: 2
holds_from: 2010-01-01
approval:
  number: 辽市政发〔2009〕30号
  date: 2009-09-20
contributions:
  elderly:
    ordinary:
      government: {value: 120, article: "8(3)"}
  city_share: {value: 0.6, article: "14"}
"""
MARCH = {"kind": "month", "period_from": D(2009, 3, 1)}
WINDOW = {"kind": "window", "period_from": D(2009, 10, 1)}


@pytest.fixture
def amended(tmp_path: Path):
    """The law, and the amendment that holds from 2010 on."""
    area = tmp_path / settings.POOLING_AREA
    area.mkdir()
    (area / LAW.name).write_text(LAW.read_text("utf-8"), "utf-8")
    (area / "2010-01-01.yaml").write_text(AMENDMENT, "utf-8")

    def known():
        return policy.data_in(tmp_path)

    return known


def said(statement: SubsidyStatement) -> tuple[object, ...]:
    """Everything that the statement says, in every form."""
    summary = exports.summary_of(statement, factories.actor(Role.SUPERVISOR))
    lines = list(statement.items.order_by("pk").values_list("notice", "district", "persons", "city", "district_share"))
    paper = exports.paper_of(summary).data()
    return seal_of(statement), lines, exports.to_csv(summary), paper, statement.policy_version, statement.policy_hash


def test_statements_before_the_change_stay_and_each_ratio_stands_apart(amended, clerk, reviewer, signed_in, settings):
    settings.LANGUAGE_CODE = "en"
    stays, leaves = m.elder(), m.elder()
    m.enrolled(stays, D(2009, 3, 20))
    returned = m.enrolled(leaves, D(2009, 3, 20))
    march = issued(clerk, reviewer, D(2009, 4, 2), **MARCH)
    before = said(march)

    with amended():
        assert said(SubsidyStatement.objects.get(pk=march.pk)) == before
        renewal = m.renewal(stays, D(2009, 10, 3))
        assert m.amounts(renewal) == ("200.00", "120.00", "72.00", "48.00")
        m.pay(renewal, D(2009, 10, 20))
        with clock.on_day(D(2009, 10, 22)):
            paid = Receipt.objects.get(notice=returned)
            facts = {"returned_on": D(2009, 10, 21), "note": "退票"}
            contributions.return_receipt(number=paid.number, version=paid.version, **facts, by=m.reviewer())
        window = issued(clerk, reviewer, D(2009, 12, 2), **WINDOW)

        # The correction takes off just what was claimed, by the ratio of then.
        assert said(SubsidyStatement.objects.get(pk=march.pk)) == before
        parts = selectors.parts_of(window.sums.all(), "liaoyang")
        assert [(part.ratio.city, part.ratio.district, part.ratio.holds_from) for part in parts] == [
            ("5.5", "4.5", D(2008, 7, 1)),
            ("6", "4", D(2010, 1, 1)),
        ]
        assert [(part.table.total.city, part.table.total.district_share) for part in parts] == [(-55, -45), (72, 48)]
        summary = exports.summary_of(window, factories.actor(Role.SUPERVISOR))
        assert [section.title for section in summary.sections] == [
            "By district",
            "Corrections of earlier statements (city 5.5 : district 4.5)",
            "New claims (city 6 : district 4)",
        ]
        assert [amount for _label, amount in summary.amounts] == [20, 17, 3]
        assert [since for _words, _article, since in summary.shares] == [D(2008, 7, 1), D(2010, 1, 1)]
        page = text(signed_in(Role.CITY_FINANCE).get(url("statement", window.number)))
        assert "Shares city 5.5 : district 4.5, since 2008-07-01" in page
        assert "Shares city 6 : district 4, since 2010-01-01" in page


def test_the_page_of_an_old_statement_shows_its_own_ratio(amended, clerk, reviewer, signed_in, settings):
    settings.LANGUAGE_CODE = "en"
    m.enrolled(m.elder(), D(2009, 3, 20))
    march = issued(clerk, reviewer, D(2009, 4, 2), **MARCH)
    client = signed_in(Role.CITY_FINANCE)
    with amended(), clock.on_day(D(2010, 2, 1)):
        page = text(client.get(march.get_absolute_url()))
        assert "city 5.5 : district 4.5" in page
        assert "district 4," not in page
