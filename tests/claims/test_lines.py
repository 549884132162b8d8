"""Fee lines: what the catalogue says of each, what is refused, and how few statements it takes."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import services
from claims.models import FeeLine, Stay
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid
from tests.claims import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    makers.catalogue()
    return makers.hospital()


@pytest.fixture
def stay(by):
    return makers.admitted(makers.insured(), by)


def statements(context: CaptureQueriesContext) -> list[str]:
    """The statements without those of transaction control."""
    control = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    return [query["sql"] for query in context.captured_queries if not query["sql"].startswith(control)]


def test_each_line_is_told_its_class_share_and_what_of_it_is_in_scope(stay, by):
    outcomes = services.add_lines(
        stay_number=stay.number,
        lines=[
            makers.line("100.00"),
            makers.line("100.00", code="B1"),
            makers.line("100.00", code="C1"),
            makers.line("100.00", code="NONE", item_name="外购药"),
            makers.line("12.50", code="L1", quantity=Decimal(4)),
            makers.line("100.00", on="2009-03-01"),
        ],
        by=by,
    )
    told = [(o.line.catalogue_class, o.line.personal_share, o.in_scope, [*o.reasons]) for o in outcomes]
    assert told == [
        ("A", Decimal("0.0000"), Decimal("100.00"), []),
        ("B", Decimal("0.1000"), Decimal("90.00"), ["personal_share"]),
        ("C", Decimal("1.0000"), Decimal("0.00"), ["class_c"]),
        ("", Decimal(1), Decimal("0.00"), ["not_in_catalogue"]),
        ("A", Decimal("0.0000"), Decimal("40.00"), ["over_price_limit"]),
        ("A", Decimal("0.0000"), Decimal("100.00"), []),
    ]
    assert [o.line.line_number for o in outcomes] == ["1", "2", "3", "4", "5", "6"]
    assert FeeLine.objects.get(item_code="NONE").item_name == "外购药"
    entry = AuditEntry.objects.get(verb="stays.add_lines")
    assert (entry.changes["count"], entry.changes["total"]) == (6, "550.00")


def test_a_line_outside_the_benefit_periods_carries_that_reason(by):
    person = makers.insured(spans={2009: (makers.day("2009-03-05"), makers.day("2009-12-31"))})
    stay = makers.admitted(person, by)
    before, after = services.add_lines(
        stay_number=stay.number, lines=[makers.line(on="2009-03-04"), makers.line(on="2009-03-05")], by=by
    )
    assert (before.in_scope, [*before.reasons]) == (Decimal("0.00"), ["outside_benefit"])
    assert (after.in_scope, [*after.reasons]) == (Decimal("1000.00"), [])


def test_the_catalogue_of_the_lines_own_day_holds(stay, by):
    makers.item("D1", "A", starts=makers.LAW, ends=makers.day("2009-03-03"))
    makers.item("D1", "B", starts=makers.day("2009-03-04"), share="0.2")
    old, new, none = services.add_lines(
        stay_number=stay.number,
        lines=[
            makers.line("10.00", on="2009-03-03", code="D1"),
            makers.line("10.00", on="2009-03-04", code="D1"),
            makers.line("10.00", on="2009-03-04", code="d1"),
        ],
        by=by,
    )
    assert [line.in_scope for line in (old, new, none)] == [Decimal("10.00"), Decimal("8.00"), Decimal("0.00")]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"on": "2009-02-28"}, "lies outside the stay"),
        ({"on": "2010-07-01"}, "lies outside the stay"),
        ({"amount": "100.00", "quantity": Decimal(0)}, "above zero"),
        ({"amount": "0.00"}, "above zero"),
        ({"amount": "0.001"}, "above zero"),
        ({"amount": "1.23456"}, "four decimals"),
        ({"code": " "}, "item code is missing"),
        ({"line_number": "x" * 31}, "at most 30"),
    ],
)
def test_a_wrong_line_is_refused_with_what_is_wrong(stay, by, values, told):
    with pytest.raises(Invalid) as error:
        services.add_lines(stay_number=stay.number, lines=[makers.line(), makers.line(**values)], by=by)
    assert error.value.code == "wrong_lines"
    assert told in str(error.value.reasons[0])
    assert str(error.value.reasons[0]).startswith("Line 2")
    assert not FeeLine.objects.exists()


def test_every_wrong_line_is_named_and_none_is_added(stay, by):
    amounts = [{"amount": Decimal("99.99")}, {}, {"amount": Decimal("99.98")}]
    lines = [
        services.lines.LineData(makers.day("2009-03-02"), "A1", Decimal("3"), Decimal("33.33"), **values)
        for values in amounts
    ]
    with pytest.raises(Invalid) as error:
        services.add_lines(stay_number=stay.number, lines=lines, by=by)
    assert [str(reason) for reason in error.value.reasons] == ["Line 3: 3 × 33.33 is 99.99, not 99.98."]
    assert not FeeLine.objects.exists()


def test_a_line_number_is_unique_in_the_stay_and_free_ones_follow_the_largest(stay, by):
    services.add_lines(
        stay_number=stay.number, lines=[makers.line(line_number="7"), makers.line(line_number="A-1")], by=by
    )
    (third,) = services.add_lines(stay_number=stay.number, lines=[makers.line()], by=by)
    assert third.line.line_number == "8"
    for lines in ([makers.line(line_number="7")], [makers.line(line_number="9"), makers.line(line_number="9")]):
        with pytest.raises(Invalid, match="there already"):
            services.add_lines(stay_number=stay.number, lines=lines, by=by)
    assert FeeLine.objects.count() == 3


def test_at_most_a_thousand_lines_and_at_least_one(stay, by):
    with pytest.raises(Invalid) as error:
        services.add_lines(stay_number=stay.number, lines=[makers.line()] * 1001, by=by)
    assert error.value.code == "too_many_lines"
    with pytest.raises(Invalid):
        services.add_lines(stay_number=stay.number, lines=[], by=by)
    assert len(services.add_lines(stay_number=stay.number, lines=[makers.line()] * 1000, by=by)) == 1000


def test_three_hundred_lines_take_as_many_statements_as_three(stay, by):
    counts = []
    for number in (3, 300):
        with CaptureQueriesContext(connection) as context:
            services.add_lines(stay_number=stay.number, lines=[makers.line()] * number, by=by)
        counts.append(len(statements(context)))
    assert counts[0] == counts[1] <= 8


def test_a_discharged_stay_takes_no_lines_and_gives_none_back(by):
    stay = makers.discharged(makers.insured(), by)
    with pytest.raises(Conflict):
        services.add_lines(stay_number=stay.number, lines=[makers.line()], by=by)
    with pytest.raises(Conflict):
        services.remove_lines(stay_number=stay.number, by=by)
    assert FeeLine.objects.count() == 1


def test_lines_are_removed_by_number_or_all_and_never_half(stay, by):
    services.add_lines(stay_number=stay.number, lines=[makers.line()] * 4, by=by)
    assert services.remove_lines(stay_number=stay.number, line_numbers=["1", "3"], by=by) == 2
    with pytest.raises(Invalid):
        services.remove_lines(stay_number=stay.number, line_numbers=["2", "3"], by=by)
    assert FeeLine.objects.count() == 2
    assert services.remove_lines(stay_number=stay.number, by=by) == 2
    with pytest.raises(Invalid):
        services.remove_lines(stay_number=stay.number, by=by)
    assert AuditEntry.objects.filter(verb="stays.remove_lines").first().changes["lines"]["4"][1] == "A1"


def test_a_change_of_lines_is_seen_by_who_looks_at_an_older_version(stay, by):
    version = Stay.objects.get().version
    services.add_lines(stay_number=stay.number, lines=[makers.line()], version=version, by=by)
    with pytest.raises(Conflict):
        services.add_lines(stay_number=stay.number, lines=[makers.line()], version=version, by=by)
