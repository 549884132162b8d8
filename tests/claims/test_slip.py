"""The settlement slip: what it says, in both languages, on one page, and that it says when it is void."""

import io
from decimal import Decimal

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from claims import papers, services
from claims.models import FeeLine, Settlement
from tests.claims import makers
from tests.claims.test_claim_page import claim
from tests.claims.test_pages import browser, text_of

pytestmark = pytest.mark.django_db


def pages(pdf: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def block(paper, kind: str, place: int = 0):
    return [found for found in paper.body if found["kind"] == kind][place]


def test_the_slip_has_the_sums_by_kind_the_parts_the_characters_and_the_cap():
    stay = claim()
    settlement = services.settle_stay(stay_number=stay.number, by=makers.hospital())
    [paper] = papers.slips([settlement])
    by_kind, parts, cap = (block(paper, "table", place) for place in range(3))
    assert by_kind["rows"][0] == ["Drug", "4,160.00", "4,090.00", "70.00"]
    assert by_kind["foot"] == ["Sum", "4,222.00", "4,100.00", "122.00"]
    assert parts["rows"] == [["122.00", "500.00", "1,980.00", "0.00", "2,602.00"]]
    assert cap["rows"] == [["30,000.00", "0.00", "1,620.00", "1,620.00", "28,380.00"]]
    sums = [(found["label"], found["figure"], found["words"]) for found in paper.body if found["kind"] == "amount"]
    assert sums == [
        ("Total cost", "¥4,222.00", "肆仟贰佰贰拾贰元整"),
        ("The fund pays", "¥1,620.00", "壹仟陆佰贰拾元整"),
        ("The resident pays", "¥2,602.00", "贰仟陆佰零贰元整"),
    ]
    facts = dict(block(paper, "facts")["pairs"])
    assert stay.resident.id_number not in str(paper.data())
    assert facts["ID number"] == f"{stay.resident.id_number[:6]}********{stay.resident.id_number[-4:]}"
    assert (facts["Days in hospital"], facts["Fund ratio"], facts["Policy version"]) == ("8", "45%", "1")
    assert block(paper, "code")["value"] == paper.number == settlement.number
    assert len(paper.signatures) == 3
    assert paper.seal


def test_the_slip_says_every_reason_why_nothing_is_paid():
    by = makers.hospital("X1", designated=False)
    settlement = makers.settled(makers.insured(), by, form_signed=False)
    [paper] = papers.slips([settlement])
    said = [found["words"] for found in paper.body if found["kind"] == "text"]
    assert [words[:2] for words in said] == ["· ", "· "]
    assert "Fund ratio" not in dict(block(paper, "facts")["pairs"])
    assert block(paper, "table", 1)["rows"] == [["8,000.00"]]


def test_the_slip_of_outpatient_treatment_says_so():
    settlement = makers.settled(makers.insured(), makers.hospital())
    settlement.stay.outpatient = True
    [paper] = papers.slips([settlement])
    facts = dict(block(paper, "facts")["pairs"])
    assert paper.title == "Settlement slip for outpatient treatment"
    assert facts["Claim number"] == settlement.stay.number
    assert "Days in hospital" not in facts
    assert "This treatment" in [column["label"] for column in block(paper, "table", 2)["columns"]]


def test_a_reversed_settlement_s_slip_is_void_and_keeps_no_sums_that_are_not_its_own():
    settlement = makers.settled(makers.insured(), makers.hospital())
    reversal = services.reverse_settlement(number=settlement.number, reason="wrong item", by=makers.reviewer())
    settlement = Settlement.objects.get()
    [paper] = papers.slips([settlement])
    assert "(void)" in paper.title
    assert reversal.number in block(paper, "text")["words"]
    assert "wrong item" in block(paper, "text")["words"]
    assert block(paper, "table")["caption"] == "Cost by kind of fee"
    FeeLine.objects.update(amount="7000.00", in_scope="7000.00")
    [paper] = papers.slips([settlement])
    assert block(paper, "table")["caption"] != "Cost by kind of fee"
    assert "changed since" in block(paper, "text", 1)["words"]


def test_sums_by_kind_stay_when_a_benefit_period_is_withdrawn_later():
    settlement = makers.settled(makers.insured(), makers.hospital())
    settlement.resident.benefit_periods.update(withdrawn_on=makers.day("2010-06-01"))
    [paper] = papers.slips([settlement])
    assert block(paper, "table")["foot"] == ["Sum", "8,000.00", "8,000.00", "0.00"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_slip_is_one_page_also_with_long_names(language):
    stay = claim()
    office = stay.institution.office
    office.name, office.name_en = "辽阳市" * 12 + "医院", "Liaoyang Municipal " * 4 + "Hospital"
    office.save()
    stay.diagnosis.name, stay.diagnosis.name_en = "肺炎" * 15, "Pneumonia of both lungs " * 4
    stay.diagnosis.save()
    settlement = services.settle_stay(stay_number=stay.number, by=makers.hospital())
    services.reverse_settlement(number=settlement.number, reason="录入错误" * 50, by=makers.reviewer())
    client = browser(makers.clerk())
    client.cookies["django_language"] = language
    with translation.override(language):
        response = client.get(reverse("settlement-print", args=[settlement.number]), {"as": "pdf"})
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{settlement.number}.pdf"'
    assert pages(response.content) == 1


def test_print_and_pdf_are_one_drawing():
    settlement = makers.settled(makers.insured(name="王秀英"), makers.hospital())
    told = text_of(browser(makers.hospital()).get(reverse("settlement-print", args=[settlement.number])))
    [paper] = papers.slips([settlement])
    for found in paper.body:
        for row in found.get("rows", ()):
            for value in row:
                assert value in told
    for words in paper.signatures:
        assert words in told


def test_many_slips_ask_as_much_as_one():
    by = makers.hospital()
    made = [makers.settled(makers.insured(), by) for _ in range(5)]
    rows = Settlement.objects.select_related("resident", "stay__institution__office", "stay__diagnosis", "reversal")
    counts = []
    for chosen in (made[:1], made):
        with CaptureQueriesContext(connection) as asked:
            papers.slips(list(rows.filter(pk__in=[row.pk for row in chosen])))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4


def test_the_slips_of_an_institution_and_a_month_are_one_pdf():
    one, two = makers.hospital(), makers.hospital("H2")
    for by in (one, one, two):
        makers.settled(makers.insured(), by)
    url = reverse("settlement-slips")
    told = text_of(browser(one).get(url, {"month": "2010-06"}))
    assert "Settlements 2 " in told
    assert "16,000.00" in told
    response = browser(one).get(url, {"month": "2010-06", "as": "pdf"})
    assert response.headers["Content-Type"] == "application/pdf"
    assert pages(response.content) == 2
    assert "No settlement was decided there in this month" in text_of(browser(one).get(url, {"month": "2010-05"}))
    # A hospital gets its own, whatever the address says; the agency chooses.
    chosen = {"month": "2010-06", "institution": "H2"}
    assert "Settlements 2 " in text_of(browser(one).get(url, chosen))
    assert "Settlements 1 " in text_of(browser(makers.clerk()).get(url, chosen))
    assert "Error" in text_of(browser(makers.clerk()).get(url, {"month": "June"}))


def test_the_cap_so_far_is_right_after_a_reversal_and_a_new_settlement():
    person, by = makers.insured(), makers.hospital()
    first = makers.settled(person, by, on="2009-01-05", until="2009-01-12")
    second = makers.settled(person, by, ("9000.00",), on="2009-02-05", until="2009-02-12")
    services.reverse_settlement(number=second.number, reason="wrong", by=makers.reviewer())
    again = services.settle_stay(stay_number=second.stay.number, by=by)
    third = makers.settled(person, by, ("70000.00",), on="2009-03-05", until="2009-03-12")
    rows = Settlement.objects.select_related("resident", "stay__institution__office", "stay__diagnosis", "reversal")
    drawn = {paper.number: block(paper, "table", 2)["rows"][0] for paper in papers.slips(list(rows))}
    assert drawn[first.number] == ["30,000.00", "0.00", "3,375.00", "3,375.00", "26,625.00"]
    # What was reversed counts for nobody; its own slip is void and stays as it was told.
    assert drawn[second.number] == drawn[again.number]
    assert drawn[again.number] == ["30,000.00", "3,375.00", "3,825.00", "7,200.00", "22,800.00"]
    assert drawn[third.number] == ["30,000.00", "7,200.00", "22,800.00", "30,000.00", "0.00"]
    for row in rows:
        [paper] = papers.slips([row])
        *parts, whole = (Decimal(value.replace(",", "")) for value in block(paper, "table", 1)["rows"][0])
        assert sum(parts) == whole == row.total - row.fund
