"""The letters of a window: reminders, and the reason instead of a notice (W5, W8, E8)."""

import datetime
import io
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice, WindowLetter
from enrollment.contributions.views import letters
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.papers.parts import in_parts
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.runs import selectors as runs_seen
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories as make

from . import makers as m

D = datetime.date
OPENS, REMINDED = D(2009, 10, 1), D(2009, 11, 16)
NEXT = 2010

pytestmark = pytest.mark.django_db


def opened(on: datetime.date = OPENS, **values: Any) -> Run:
    with clock.on_day(on):
        run = services.open_window(contribution_year=NEXT, by=m.clerk(), calls=False, **values)
    runs.work_off(number=run.number)
    return run


def reminded(on: datetime.date = REMINDED, **values: Any) -> Run:
    with clock.on_day(on):
        run = services.remind(contribution_year=NEXT, by=values.pop("by", None) or m.clerk(), calls=False, **values)
    runs.work_off(number=run.number)
    return run


def turns_19(**values: Any) -> Resident:
    person = make.resident(birth=D(1990, 6, 1), sex="F", name="将满十九", **values)
    m.enrolled(person, D(2009, 3, 20))
    return person


def loses_status() -> Resident:
    """Of working age, low-income until August."""
    person = make.resident(birth=D(1970, 6, 1), sex="F", name="不再低保")
    status = make.circumstance(person, Circumstance.Kind.LOW_INCOME, "low_income", starts=D(2008, 1, 1))
    m.enrolled(person, D(2009, 3, 20))
    status.ends = D(2009, 8, 31)
    status.save()
    return person


# --- the reason instead of a notice ----------------------------------------------------------------------------------


def test_who_may_not_go_on_gets_a_letter_with_every_reason_in_both_languages():
    people = [turns_19(), loses_status()]
    m.enrolled(m.elder(), D(2009, 3, 20))
    run = opened()
    assert runs_seen.counts_of(run)["letters"] == "2"
    for person in people:
        enrollment = person.enrollments.get()
        letter = WindowLetter.objects.get(enrollment=enrollment)
        assert (letter.kind, letter.contribution_year, letter.written_on) == ("no_notice", NEXT, OPENS)
        assert letter.reasons == ["working_age_without_status"]
        (kept,) = of_object(enrollment, "no_notice_letter")
        assert letter.paper == kept
        entry = AuditEntry.objects.get(verb="letters.tell", object_number=enrollment.number)
        assert (entry.resident, entry.changes["sha256"]) == (person.number, kept.sha256)
        with translation.override("en"):
            said = str(kept.paper().data())
            assert "2010" in said
            assert "Art. 6(2)" in said
        with translation.override("zh-hans"):
            assert person.name in str(kept.paper().data())
    assert not ContributionNotice.objects.filter(resident__in=people, contribution_year=NEXT).exists()


def test_the_letter_is_written_once():
    person = turns_19()
    opened()
    again = opened(D(2009, 10, 5))
    assert runs_seen.counts_of(again)["letters"] == "0"
    assert runs_seen.reasons_of(again) == [("not_eligible", 1)]
    assert KeptPaper.objects.count() == WindowLetter.objects.filter(enrollment__resident=person).count() == 1


def test_a_dry_run_counts_letters_and_writes_none():
    turns_19()
    assert runs_seen.counts_of(opened(dry_run=True))["letters"] == "1"
    assert not KeptPaper.objects.exists()
    assert not WindowLetter.objects.exists()


def test_who_is_eligible_again_gets_the_notice_after_all():
    person = loses_status()
    opened()
    make.circumstance(person, Circumstance.Kind.LOW_INCOME, "low_income_edge", starts=D(2009, 10, 10))
    opened(D(2009, 10, 12))
    notice = ContributionNotice.objects.get(resident=person, contribution_year=NEXT)
    assert m.amounts(notice)[:2] == ("210.00", "90.00")
    assert WindowLetter.objects.count() == 1


# --- reminders -------------------------------------------------------------------------------------------------------


def test_who_has_not_paid_is_reminded_once():
    paid, open_, left = (m.elder() for _ in range(3))
    for person in (paid, open_, left):
        m.enrolled(person, D(2009, 3, 20))
    waiting = m.first_notice(m.elder(), D(2009, 11, 10))
    opened()
    m.pay(ContributionNotice.objects.get(resident=paid, contribution_year=NEXT), D(2009, 10, 20))
    left.enrollments.update(ends=D(2009, 11, 1), end_reason="death")
    dry = reminded(dry_run=True)
    assert not WindowLetter.objects.exists()
    run = reminded()
    assert runs_seen.counts_of(run) == runs_seen.counts_of(dry) == {"reminded": "1", "unpaid": "200.00"}
    (letter,) = WindowLetter.objects.all()
    assert letter.notice is not None
    assert letter.notice.resident == open_
    assert letter.notice != waiting
    assert AuditEntry.objects.filter(verb="letters.remind", object_number=letter.notice.number).count() == 1
    assert runs_seen.counts_of(reminded(D(2009, 11, 20))) in ({}, {"reminded": "0", "unpaid": "0.00"})
    assert WindowLetter.objects.count() == 1


@pytest.mark.parametrize("day", [D(2009, 9, 30), D(2009, 12, 1)])
def test_outside_the_window_nobody_is_reminded(day):
    with pytest.raises(Refused) as error:
        reminded(day)
    assert error.value.code == "window_closed"


def test_who_may_not_remind():
    with pytest.raises(NotAllowed):
        reminded(by=make.actor(Role.SUPERVISOR))


# --- on paper --------------------------------------------------------------------------------------------------------


def signed_in(client: Any, role: Role, office: Any = None) -> Any:
    actor = make.actor(role, office) if office else make.actor(role)
    client.force_login(make.User.objects.get(pk=actor.user_id))
    return client


def words_of(response: Any) -> str:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_a_community_prints_its_letters_and_no_others(client):
    here, there = make.community(), make.community("211003001001")
    mine, other = m.elder(), m.elder(home=there)
    for person in (mine, other):
        m.enrolled(person, D(2009, 3, 20))
    turns_19(home=here)
    opened()
    reminded()
    signed_in(client, Role.COMMUNITY, here)
    with clock.on_day(REMINDED):
        page = client.get("/notices/letters/?year=2010&kind=reminder", headers={"accept-language": "en"})
        assert page.status_code == 200
        assert mine.number in page.content.decode()
        assert other.number not in page.content.decode()
        said = words_of(client.get(f"/notices/letters/?year=2010&kind=reminder&community={here.code}&as=pdf"))
        assert "200.00" in said
        assert mine.number in said
        told = words_of(client.get(f"/notices/letters/?year=2010&kind=no_notice&community={here.code}&as=pdf"))
        assert "将满十九" in told
        elsewhere = client.get(f"/notices/letters/?year=2010&kind=reminder&community={there.code}&as=pdf")
        # The only community of this office is its own.
        assert other.number not in words_of(elsewhere)
        assert client.get("/notices/letters/?year=20x0").status_code == 404
        assert client.get("/notices/letters/?kind=all").status_code == 404


def reminders_of(client: Any, on: datetime.date) -> Any:
    """The page of the community's reminders for 2010."""
    with clock.on_day(on):
        return client.get("/notices/letters/?year=2010&kind=reminder")


def test_a_reminder_names_the_notice_that_took_the_place_of_its_own(client):
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    opened()
    reminded()
    first = ContributionNotice.objects.get(resident=person, contribution_year=NEXT)
    with clock.on_day(D(2009, 11, 18)):
        make.circumstance(person, Circumstance.Kind.LOW_INCOME, "low_income", starts=D(2009, 11, 18))
        anew = services.remake_notice(number=first.number, by=m.clerk())
    assert WindowLetter.objects.get().notice == first
    signed_in(client, Role.COMMUNITY, person.community)
    with clock.on_day(D(2009, 11, 20)):
        page = client.get("/notices/letters/?year=2010&kind=reminder").content.decode()
        said = words_of(client.get("/notices/letters/?year=2010&kind=reminder&as=pdf"))
    assert [(number in page, number in said) for number in (first.number, anew.number)] == [(False,) * 2, (True,) * 2]
    assert ("80.00" in said, "200.00" in said) == (True, False)
    assert m.pay(anew, D(2009, 11, 28), "80.00").problem == ""


def test_letters_come_out_by_house_number_in_parts_and_who_took_them_is_on_record(client, monkeypatch):
    people = [m.elder(address=address) for address in ("民主路10号", "民主路9号", "")]
    for person in people:
        m.enrolled(person, D(2009, 3, 20))
    opened()
    reminded()
    home = people[0].community
    monkeypatch.setattr(letters, "in_parts", lambda keys: in_parts(keys, 2))
    signed_in(client, Role.COMMUNITY, home)
    page = reminders_of(client, REMINDED)
    in_order = [people[1], people[0], people[2]]
    assert [letter.enrollment.resident for letter, _notice, _reasons in page.context["rows"]] == in_order
    assert [part.count for part in page.context["parts"]] == [2, 1]
    address = f"/notices/letters/?year=2010&kind=reminder&community={home.code}&as=pdf"
    with clock.on_day(REMINDED):
        first, last = (words_of(client.get(f"{address}&part={place}")) for place in (1, 2))
        assert client.get(f"{address}&part=3").status_code == 404
    assert [person.number in first for person in in_order] == [True, True, False]
    assert first.index(people[1].number) < first.index(people[0].number)
    assert people[2].number in last
    entries = AuditEntry.objects.filter(verb="letters.print").order_by("pk")
    assert [(entry.object_number, entry.changes) for entry in entries] == [
        (home.code, {"year": 2010, "kind": "reminder", "part": place, "letters": count})
        for place, count in ((1, 2), (2, 1))
    ]


def test_a_reminder_says_what_an_employer_left(client):
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    opened()
    reminded()
    notice = ContributionNotice.objects.get(resident=person, contribution_year=NEXT)
    m.pay(notice, D(2009, 11, 17), "30", channel="employer", payer="辽阳石化公司")
    signed_in(client, Role.COMMUNITY, person.community)
    with clock.on_day(D(2009, 11, 18)):
        said = words_of(client.get("/notices/letters/?year=2010&kind=reminder&as=pdf"))
    assert [amount in said for amount in ("200.00", "30.00", "170.00")] == [True, True, True]


def test_who_has_paid_died_or_left_since_is_not_reminded_on_paper(client):
    paid, left, open_ = (m.elder() for _ in range(3))
    for person in (paid, left, open_):
        m.enrolled(person, D(2009, 3, 20))
    opened()
    reminded()
    m.pay(ContributionNotice.objects.get(resident=paid, contribution_year=NEXT), D(2009, 11, 17))
    left.enrollments.update(ends=D(2009, 11, 17), end_reason="death")
    signed_in(client, Role.COMMUNITY, open_.community)
    page = reminders_of(client, D(2009, 11, 18))
    assert [letter.enrollment.resident for letter, _notice, _reasons in page.context["rows"]] == [open_]
    assert [count for _office, count in page.context["communities"]] == [1]
    with clock.on_day(D(2009, 11, 18)):
        said = words_of(client.get("/notices/letters/?year=2010&kind=reminder&as=pdf"))
    assert [person.number in said for person in (paid, left, open_)] == [False, False, True]
    # The term is over, and nobody can pay any more.
    assert reminders_of(client, D(2009, 12, 1)).context["communities"] == []


def test_the_notice_and_the_persons_page_say_what_awaits_a_late_payer(client):
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    opened()
    with clock.on_day(D(2009, 12, 1)):
        run = services.close_window(contribution_year=NEXT, by=m.clerk(), calls=False)
        runs.work_off(number=run.number)
    notice = ContributionNotice.objects.get(resident=person, contribution_year=NEXT)
    signed_in(client, Role.AGENCY_CLERK)
    client.cookies["django_language"] = "en"
    with clock.on_day(D(2010, 1, 15)):
        for url in (f"/notices/{notice.number}/", f"/residents/{person.number}/"):
            said = client.get(url).content.decode()
            assert "waits 6 months" in said
            # Paid on 15 January, from 16 July.
            assert "16 July 2010" in said
        paper = client.get(f"/notices/{notice.number}/print/").content.decode()
        assert "waiting period of 6 months" in paper
        assert "2 June 2010" in paper
