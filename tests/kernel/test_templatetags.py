"""The filters, tags and parts that pages are built from."""

import datetime
import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from liaoyang_medins.kernel.web.forms import DateField, MoneyField, SubmissionField, yes_no
from liaoyang_medins.kernel.web.templatetags import medins

PAGES = settings.BASE_DIR / "templates"
SPRITE = settings.BASE_DIR / "static/vendor/bootstrap-icons/icons.svg"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def render(source, address="/list/", **context):
    request = RequestFactory().get(address)
    request.actor = context.pop("actor", None)
    return Template("{% load i18n medins %}" + source).render(Context({"request": request, **context})).strip()


class Answers(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card")
    sex = forms.ChoiceField(label="Sex", choices=[("m", "Male"), ("f", "Female")], widget=forms.RadioSelect)
    paid = MoneyField(label="Paid", required=False)
    born = DateField(label="Born", required=False)
    submission = SubmissionField()


class Filters(forms.Form):
    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "All"), ("Open ones", [("open", "Open"), ("due", "Due")])]
    )
    name = forms.CharField(label="Name", required=False)
    mine = forms.BooleanField(label="Mine only", required=False)


# --- figures, dates, numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234567.5"), "1,234,567.50"),
        (Decimal(-400), "-400.00"),
        (0, "0.00"),
        (None, "—"),
        ("", "—"),
    ],
)
def test_money(value, text):
    assert medins.money(value) == text


def test_daxie():
    assert medins.daxie(Decimal("0.50")) == "伍角整"
    assert medins.daxie(None) == "—"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("0.6"), "60%"), (Decimal("0.575"), "57.5%"), (Decimal(1), "100%"), (Decimal(0), "0%"), (None, "—")],
)
def test_percent(value, text):
    assert medins.percent(value) == text


def test_shares_in_a_column_have_two_decimals_each():
    shares = (Decimal(0), Decimal("0.087"), Decimal("0.01254"), None)
    assert [medins.percent_in_column(share) for share in shares] == ["0.00%", "8.70%", "1.25%", "—"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("211002197003121234", "211002********1234"),
        ("211002700312123", "211002*****2123"),
        ("LY00012345", "******2345"),
        ("123", "***"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_masked(number, text):
    assert medins.masked(number) == text


def test_dates():
    day = datetime.date(2009, 10, 1)
    evening = datetime.datetime(2009, 9, 30, 17, 30, tzinfo=datetime.UTC)
    assert medins.iso(day) == "2009-10-01"
    assert medins.iso(evening) == "2009-10-01", "the day in Shanghai"
    assert medins.iso(None) == medins.moment(None) == medins.paper_date(None) == "—"
    assert medins.moment(evening) == "2009-10-01 01:30"
    assert medins.paper_date(day) == "1 October 2009"
    assert medins.paper_date(evening) == "1 October 2009"


# --- small parts


def test_an_icon_is_silent_unless_it_is_named():
    assert 'aria-hidden="true"' in render('{% icon "printer" %}')
    assert 'role="img" aria-label="Print"' in render('{% icon "printer" _("Print") %}')


def test_every_icon_that_a_page_names_is_in_the_sprite():
    there = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    named = {
        name
        for page in PAGES.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert named - there == set()


def test_status_has_its_word_and_the_colour_of_its_code():
    assert render('{% status "approved" "Approved" %}') == '<span class="tag tag-good">Approved</span>'
    assert "tag-neutral" in render('{% status "unheard_of" "Closed" %}')
    assert "tag-wait" in render('{% status "approved" "Approved" "wait" %}')


def test_no_code_has_two_colours():
    codes = [code for codes in medins.TONES.values() for code in codes]
    assert len(codes) == len(set(codes))


def test_fact_leaves_out_what_has_no_value_and_escapes_what_has():
    assert render("{% fact 'Name' value %}", value="<b>") == "<div><dt>Name</dt><dd>&lt;b&gt;</dd></div>"
    assert render("{% fact 'Name' value %}{% fact 'Paid' paid|money %}", value="", paid=None) == ""
    assert "fact-note" in render("{% fact 'Paid' 0 'by bank' %}")


def test_may_asks_the_actor():
    actor = SimpleNamespace(may=lambda verb: verb == "stays.settle")
    source = '{% may "stays.settle" as can %}{{ can }} {% may "stays.reverse" as can %}{{ can }}'
    assert render(source, actor=actor) == "True False"
    assert render(source) == "False False"


def test_notice_and_table_region_wrap_what_stands_between():
    notice = render('{% notice "bad" _("Stop") %}<p>{{ text }}</p>{% end_notice %}', text="<i>")
    assert "notice-bad" in notice
    assert '<p class="notice-title">Stop</p>' in notice
    assert "&lt;i&gt;" in notice
    assert "notice-title" not in render("{% notice %}x{% end_notice %}")
    region = render("{% table_region _('Stays') %}<table></table>{% end_table %}")
    assert 'role="region" aria-label="Stays" tabindex="0"><table></table></div>' in region


# --- lists


def test_query_sets_and_takes_out():
    assert render("{% query page=2 %}", "/list/?name=a%26b&page=1") == "?name=a%26b&amp;page=2"
    assert render("{% query page=None %}", "/list/?page=1") == "?"


@pytest.mark.parametrize(
    ("address", "link", "state"),
    [
        ("/list/?page=3", 'href="?sort=name"', ""),
        ("/list/?sort=name", 'href="?sort=-name"', 'aria-sort="ascending"'),
        ("/list/?sort=-name", 'href="?sort=name"', 'aria-sort="descending"'),
    ],
)
def test_sort_heading(address, link, state):
    heading = render('{% sort_heading "name" "Name" numeric=True %}', address)
    assert link in heading
    assert state in heading
    assert ("aria-sort" in heading) == bool(state)
    assert 'class="num"' in heading


def test_filter_bar_shows_what_is_set_and_how_to_take_it_out():
    address = "/list/?status=open&name=Li&mine=on&page=4&sort=name"
    request = RequestFactory().get(address)
    html = render("{% filter_bar form %}", address, form=Filters(request.GET))
    chips = medins.chips_of(Filters(request.GET), request.GET)
    assert [(chip["label"], chip["value"], chip["url"]) for chip in chips] == [
        ("Status", "Open", "?name=Li&mine=on&sort=name"),
        ("Name", "Li", "?status=open&mine=on&sort=name"),
        ("Mine only", "", "?status=open&name=Li&sort=name"),
    ]
    assert '<input type="hidden" name="sort" value="name">' in html
    assert html.count('class="chip"') == 3
    assert "chips" not in render("{% filter_bar form %}", form=Filters())


def test_pagination_keeps_the_filters():
    page = Paginator(range(120), 50).get_page(2)
    html = render("{% pagination page %}", "/list/?name=Li&page=2", page=page)
    assert "51–100 of 120" in html
    assert '<a rel="prev" href="?name=Li&amp;page=1">' in html
    assert '<a rel="next" href="?name=Li&amp;page=3">' in html
    assert 'aria-current="page">2<' in html
    assert "<ul>" not in render("{% pagination page %}", page=Paginator(range(3), 50).get_page(1))
    assert render("{% pagination page %}", page=Paginator([], 50).get_page(1)) == ""


def test_bars():
    html = render("{% cap_bar used cap %}", used=Decimal(12500), cap=Decimal(50000))
    assert 'width="25.0%"' in html
    assert "37,500.00" in html
    full = render("{% cap_bar used cap %}", used=Decimal(60000), cap=Decimal(50000))
    assert 'width="100.0%"' in full
    assert "measure-full" in full
    assert 'width="0%"' in render("{% cap_bar used cap %}", used=Decimal(0), cap=Decimal(0))
    assert 'aria-valuenow="3"' in render('{% progress 3 12 "Notices" %}')


# --- forms


def test_a_form_without_answers_says_so_on_top_and_at_the_field():
    html = render('{% include "components/form.html" with submit="Save" %}', form=Answers({"paid": "-1"}))
    assert "Error: please put these right" in html
    assert '<a href="#id_name">Name: Fill this in.</a>' in html
    assert '<a href="#id_sex_0">Sex: Choose one.</a>' in html
    assert html.count("Fill this in.") == 3, "name: on top and at the field; submission, which is hidden: on top"
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "<fieldset" in html
    assert 'name="submission"' in html
    assert html.count("(optional)") == 2


def test_a_fresh_form_has_no_errors_and_a_mark_of_its_own():
    first, second = Answers(), Answers()
    html = render('{% include "components/form.html" with submit="Save" enter_next=True %}', form=first)
    assert "error-summary" not in html
    assert "data-enter-next" in html
    assert first["submission"].value() != second["submission"].value()


def test_money_takes_thousands_separators_and_refuses_less_than_nothing():
    form = Answers({"name": "Li", "sex": "f", "paid": "1,203.45", "born": "1970-03-12", "submission": "0" * 32})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["paid"] == Decimal("1203.45")
    for wrong in ("-1", "1.234", "x", "NaN"):
        assert "paid" in Answers({"paid": wrong}).errors


def test_a_date_is_written_for_the_browsers_calendar():
    assert 'type="date"' in str(Answers(initial={"born": datetime.date(2009, 10, 1)})["born"])
    with translation.override("zh-hans"):
        assert 'value="2009-10-01"' in str(Answers(initial={"born": datetime.date(2009, 10, 1)})["born"])


def test_yes_and_no_are_both_answers():
    class Question(forms.Form):
        again = yes_no(label="Again?")

    answers = [Question({"again": word}) for word in ("yes", "no")]
    assert [form.is_valid() and form.cleaned_data["again"] for form in answers] == [True, False]
    assert not Question({}).is_valid()


# --- the stylesheet and the scripts


def test_pages_hold_no_inline_script_or_style():
    for page in PAGES.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|https?://(?!www\.w3\.org)", text), (
            page
        )
