"""Every code and every step of an explanation has words in both languages."""

import inspect
import re
from decimal import Decimal
from enum import StrEnum

import pytest
from django.utils import translation

from claims import explanation as claims_steps
from claims.labels import article_text, choices, label, step_text
from enrollment.contributions import explanation as contributions_steps
from enrollment.registration import explanation as registration_steps
from enrollment.registration.labels import STEP_WORDS, WORDS, figure_text
from liaoyang_medins.kernel.policy import Step, terms
from liaoyang_medins.kernel.policy.terms import Grade, Tier
from tests.claims.test_rules import POLICY, stay

CODES = [
    code
    for _name, kind in inspect.getmembers(terms, inspect.isclass)
    if issubclass(kind, StrEnum) and kind is not StrEnum
    for code in kind
]
STEPS = sorted(
    {
        code
        for module in (registration_steps, contributions_steps, claims_steps)
        for code in re.findall(r'\b[sS]tep\(\s*"(\w+)"', inspect.getsource(module))
    }
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{type(code).__name__}.{code.name}")
def test_every_code_has_words_in_both_languages(code: StrEnum):
    with translation.override("en"):
        english = label(code)
    with translation.override("zh-hans"):
        chinese = label(code)
    assert english
    assert not CHINESE.search(english)
    assert CHINESE.search(chinese)


def test_the_steps_are_found():
    assert len(STEPS) > 35
    assert set(STEPS) == set(STEP_WORDS)


@pytest.mark.parametrize("code", STEPS)
def test_every_step_has_words_in_both_languages(code: str):
    title, sentence = STEP_WORDS[code]
    for words in (title, sentence):
        with translation.override("en"):
            english = str(words)
        with translation.override("zh-hans"):
            chinese = str(words)
        assert not CHINESE.search(english)
        # A sentence may be nothing but a figure; then there is nothing to translate.
        if re.search("[A-Za-z]", re.sub(r"%\(\w+\)s", "", english)):
            assert CHINESE.search(chinese)
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", chinese))


def test_a_step_in_words():
    with translation.override("en"):
        found = step_text(claims_steps.explain_adjudication(stay(), POLICY)[3])
    assert (found.label, found.detail) == ("Deductible that holds", "Elderly, Grade 3 hospital")
    assert (found.amount, found.basis) == (500, "D1 · Art. 20(2), since 2008-07-01")


@pytest.mark.parametrize(
    ("article", "english", "chinese"),
    [("20(1)", "Art. 20(1)", "第20条第（1）项"), ("16", "Art. 16", "第16条")],
)
def test_articles_in_words(article: str, english: str, chinese: str):
    with translation.override("en"):
        assert article_text(article) == english
    with translation.override("zh-hans"):
        assert article_text(article) == chinese


def test_figures_in_words():
    assert figure_text("ratio", Decimal("0.525")) == "52.5%"
    assert figure_text("ratio", Decimal("0.60")) == "60%"
    assert figure_text("points", Decimal("5.00")) == "5"
    assert figure_text("amount", Decimal("12345.5")) == "12,345.50"
    assert figure_text("amount", None) == ""


def test_choices_of_a_form_field():
    assert [value for value, _word in choices(Grade)] == ["community", "grade1", "grade2", "grade3"]
    assert "ordinary" not in dict(choices(Tier, lambda tier: tier is not Tier.ORDINARY))


def test_codes_of_one_value_and_different_kinds_do_not_mix():
    assert WORDS[Tier] is not WORDS[terms.LowIncome]


def test_a_step_without_words_is_noticed():
    with pytest.raises(KeyError):
        step_text(Step("no_such_step"))
