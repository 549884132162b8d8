"""The figures of an office: each the same as told anew from notices and receipts, for every office, year and kind."""

import datetime
from decimal import Decimal

import pytest

from enrollment.cockpit import services
from enrollment.cockpit.charts import share_chart
from enrollment.cockpit.report import Report, report_of
from enrollment.cockpit.selectors.sums import Figures, same_day_last_year, window_year
from liaoyang_medins.kernel.offices.models import Office
from tests import factories as make

from . import makers
from .makers import TODAY, lives_in, received_by_day, told

D = datetime.date


def figures(found: Figures) -> tuple[int, int, Decimal, Decimal]:
    return found.notices, found.paid, found.due, found.received


def added(rows: "list[Figures]") -> tuple[int, int, Decimal, Decimal]:
    return figures(sum(rows, Figures()))


@pytest.mark.parametrize("merged", [False, True], ids=["fresh", "merged"])
@pytest.mark.parametrize("year", [2010, 2009])
@pytest.mark.parametrize("kind", ["renewal", ""])
def test_every_sum_is_that_of_the_rows(city, year, kind, merged):
    if merged:
        services.merge_sums()
    rows, paid = makers.standing(), makers.payments()
    ago = D(2008, 11, 10)
    for office in Office.objects.filter(kind__in=["area", "district", "subdistrict", "community"]):
        report = report_of(office, year, kind, TODAY)
        assert figures(report.now) == told(year, kind, office, among=rows)
        assert figures(report.before) == told(year - 1, kind, office, ago, among=rows)
        for row in report.parts:
            assert figures(row.now) == told(year, kind, row.office, among=rows), row.office
            assert figures(row.before) == told(year - 1, kind, row.office, ago, among=rows)
        if report.parts:
            assert added([row.now for row in report.parts]) == figures(report.now)
            assert added([row.before for row in report.parts]) == figures(report.before)
        assert added([row.now for row in report.tiers]) == figures(report.now)
        assert added([row.before for row in report.tiers]) == figures(report.before)
        check_days(report, received_by_day(paid, year, kind, lives_in(office)))


def check_days(report: Report, receipts: dict[D, Decimal]) -> None:
    """Each day's money is that of the matched receipts of the day."""
    shown = {row.day: row.now.received for row in report.days if row.day}
    assert {day: amount for day, amount in shown.items() if amount} == {
        day: amount for day, amount in receipts.items() if report.first <= day <= report.last
    }
    outside = sum((row.now.received for row in report.days if not row.day), Decimal(0))
    assert outside == sum(amount for day, amount in receipts.items() if not report.first <= day <= report.last)
    assert sum(row.now.paid for row in report.days) == report.now.paid
    if report.days:
        assert report.days[-1].now.so_far.paid == report.now.paid
        assert report.days[-1].now.so_far.received == report.now.received


def test_the_days_go_until_today_and_stand_against_the_year_before(city):
    report = report_of(make.area(), 2010, "renewal", TODAY)
    days = [row for row in report.days if row.day]
    assert (days[0].day, days[-1].day) == (D(2009, 10, 1), TODAY)
    before = told(2009, "renewal", make.area(), until=D(2008, 10, 20))
    (row,) = [row for row in days if row.day == D(2009, 10, 20)]
    assert row.share_before == Decimal(before[1]) / before[0]
    assert report.now.share == Decimal(report.now.paid) / report.now.notices
    assert 0 < report.now.share < 1


def test_a_window_that_is_over_shows_all_its_days_and_what_came_later(city):
    report = report_of(make.area(), 2009, "renewal", TODAY)
    assert (report.days[0].day, report.days[-1].day) == (D(2008, 10, 1), D(2008, 11, 30))
    earlier = report_of(make.area(), 2009, "", TODAY)
    # Pupils paid for 2009 with the first months, in August 2008.
    assert (earlier.days[0].day, earlier.days[0].now.paid) == (None, 3)


def test_an_office_without_notices_has_no_chart(city):
    report = report_of(make.community("211004001001"), 2010, "", TODAY)
    assert (figures(report.now), report.now.share, report.chart) == ((0, 0, 0, 0), None, None)
    assert report_of(make.area(), 2012, "", TODAY).days == []


def test_by_school_and_the_school_itself(city):
    for year in (2009, 2010):
        services.count_schools(year, TODAY)
    school = make.school()
    for office in (make.area(), make.district()):
        report = report_of(office, 2010, "renewal", TODAY, schools=True)
        assert [row.office for row in report.parts] == [school]
        assert figures(report.parts[0].now) == figures(report.now) == (3, 1, 120, 40)
    own = report_of(school, 2010, "renewal", TODAY)
    assert figures(own.now) == (3, 1, 120, 40)
    assert own.parts == []
    assert own.before.notices == 0
    assert report_of(make.district("211003"), 2010, "renewal", TODAY, schools=True).parts == []


def test_a_figure_is_asked_in_few_queries_however_many_parts(city, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        report_of(make.area(), 2010, "", TODAY)


def test_which_window_is_meant_and_which_day_last_year():
    assert window_year(D(2009, 9, 30)) == 2009
    assert window_year(D(2009, 10, 1)) == window_year(D(2010, 9, 30)) == 2010
    assert same_day_last_year(D(2009, 10, 1)) == D(2008, 10, 1)
    assert same_day_last_year(D(2012, 2, 29)) == D(2011, 2, 28)


class TestChart:
    def test_points_lie_where_shares_and_days_say(self):
        chart = share_chart([("2010", [Decimal(0), Decimal("0.5"), None])], 3, [(0, "10-01"), (2, "11-30")])
        (line,) = chart.lines
        first, second = line.points.split()
        assert first == f"{chart.left}.0,{chart.bottom}.0"
        assert second.split(",")[0] == str((chart.left + chart.right) / 2)
        assert (line.end_x, line.end_y) == tuple(second.split(","))
        # The axis ends above the highest share, at a round figure.
        assert [tick.words for tick in chart.across] == ["0%", "15%", "30%", "45%", "60%"]
        assert [tick.words for tick in chart.upwards] == ["10-01", "11-30"]

    def test_words_do_not_lie_on_each_other(self):
        for one, other in (("0.5", "0.5"), ("0.01", "0"), ("1", "0.99")):
            chart = share_chart([("a", [Decimal(one)]), ("b", [Decimal(other)])], 61, [])
            heights = [int(line.words_y) for line in chart.lines]
            assert abs(heights[0] - heights[1]) >= 18
            assert all(0 < height <= chart.height for height in heights)

    def test_without_a_share_there_is_no_line(self):
        assert share_chart([("a", [None, None])], 2, []).lines == ()
