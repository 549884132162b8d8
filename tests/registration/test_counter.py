"""The counter, without JavaScript: two pages, a check, and what comes of it (U1–U9, U18, U21)."""

import datetime
import json
import re
import uuid

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from enrollment.registration.models import Registration, RegistrationDraft, Resident
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.web.templatetags.medins import masked
from tests import factories as make

from .makers import TODAY, Chain, other_community, person, register
from .pages import BIRTH, answers, begin, signed_in, submit, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
S = Registration.Status


def test_a_resident_is_registered_in_two_pages_and_a_check(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    typed = answers()
    assert len([name for name, value in typed.items() if value != "none"]) <= 12
    response = submit(client, page_1, typed)
    registration = Registration.objects.get()
    assert response.redirect_chain[-1][0] == f"/registrations/{registration.number}/?done=1"
    seen = text(response)
    assert registration.number in seen
    assert "The registration is accepted" in seen
    assert "forwards it to the sub-district" in seen
    assert (TODAY + datetime.timedelta(days=3)).isoformat() in seen
    assert registration.supplementary is True
    assert registration.category == "elderly"
    assert not RegistrationDraft.objects.exists()


def test_the_check_page_shows_every_answer_with_a_way_back_and_what_is_due(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    typed = answers(low_income="low_income", low_income_since="2009-03-01", low_income_number="D-1")
    documents = client.post(page_1, typed).headers["Location"]
    response = client.get(client.post(documents, {"all_present": "yes"}).headers["Location"])
    seen, html = text(response), response.content.decode()
    assert "Low-income · D-1 · from 2009-03-01 on" in seen
    assert "Art. 8(3)" in seen
    assert "80.00" in seen
    assert html.count("?back=check#id_") >= 14
    assert "211002********" in html
    assert typed["id_number"] not in html


def test_a_change_comes_back_to_the_check(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    client.post(client.post(page_1, answers()).headers["Location"], {"all_present": "yes"})
    response = client.post(page_1, answers(name="欧阳明达") | {"back": "check"})
    assert response.headers["Location"] == page_1 + "check/"
    # A new claim brings a new document: that is asked for first.
    claimed = answers(disability="1", disability_since="2009-01-01")
    response = client.post(page_1, claimed | {"back": "check"})
    assert response.headers["Location"] == page_1 + "documents/"


def test_sent_twice_and_back_make_one(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    submit(client, page_1, answers())
    registration = Registration.objects.get()
    for response in (client.post(page_1 + "check/"), client.get(page_1), client.post(page_1, answers())):
        assert response.headers["Location"] == f"/registrations/{registration.number}/"
    assert Registration.objects.count() == 1


def test_errors_stand_at_the_field_and_nothing_is_lost(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    number = make.id_number(BIRTH, "M")
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    response = client.post(page_1, answers(id_number=wrong, name="", low_income="low_income"))
    assert response.status_code == 422
    seen, html = text(response), response.content.decode()
    assert "Error:" in html.split("<title>")[1][:20]
    assert seen.count("The check digit does not fit") == 2
    for anchor in ("id_id_number", "id_name", "id_low_income_since"):
        assert f'href="#{anchor}"' in html
    again = client.get(page_1).content.decode()
    assert wrong in again
    assert "13904190001" in again


def test_what_is_typed_survives_an_expired_session(chain: Chain) -> None:
    """U2: the form comes back after the session has ended; after signing in again the answers are there."""
    client = signed_in(chain.community)
    page_1 = begin(client)
    seal = re.search(r'name="keep" value="([^"]+)"', client.get(page_1).content.decode())
    assert seal
    typed = answers(name="不会丢失") | {"keep": seal[1]}
    client.logout()
    response = client.post(page_1, typed)
    assert response.headers["Location"] == f"/sign-in/?next={page_1}"
    fragment = client.post(reverse("id-lookup"), typed, headers={"HX-Request": "true"})
    assert "Your session has ended" in text(fragment)
    back = signed_in(chain.community)
    assert "不会丢失" in back.get(page_1).content.decode()


def test_a_seal_of_another_draft_keeps_nothing(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    Client().post(page_1, answers(name="外人") | {"keep": "forged"})
    assert "外人" not in client.get(page_1).content.decode()


def test_a_later_page_sends_back_with_what_is_wrong(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    response = client.get(page_1 + "check/", follow=True)
    assert response.redirect_chain[-1][0] == page_1 + "?wrong=1"
    assert 'href="#id_name"' in response.content.decode()
    # Somebody else registers the person while this form lies open.
    who = person(BIRTH)
    typed = answers(id_number=who.id_number or "")
    assert client.post(page_1, typed).status_code == 302
    first = register(chain.community, who=who)
    response = client.post(page_1 + "check/", follow=True)
    assert first.number in text(response)
    assert Registration.objects.count() == 1


def test_a_draft_is_its_owners_alone(chain: Chain) -> None:
    page_1 = begin(signed_in(chain.community))
    assert signed_in(make.actor(Role.COMMUNITY)).get(page_1).status_code == 404
    assert signed_in(chain.community).get(f"/registrations/drafts/{uuid.uuid4()}/").status_code == 404


def test_the_live_answer_says_age_category_tier_and_amount(chain: Chain) -> None:
    client = signed_in(chain.community)
    draft = RegistrationDraft.objects.get(pk=begin(client).split("/")[-2])
    number = make.id_number(BIRTH, "M").lower()
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}"
    response = client.post(reverse("id-lookup"), answers(id_number=spaced, name="") | {"draft": str(draft.pk)})
    seen = text(response)
    for said in ("1946-02-03", "Male", "63 years old", "Elderly", "Ordinary", "200.00"):
        assert said in seen
    draft.refresh_from_db()
    assert draft.data["statement"]["id_number"] == spaced


def test_the_live_answer_gives_every_reason_why_not(chain: Chain) -> None:
    client = signed_in(chain.community)
    draft = begin(client).split("/")[-2]
    typed = answers(id_number=make.id_number(datetime.date(1975, 1, 1), "M"), hukou="none", scheme="rural")
    seen = text(client.post(reverse("id-lookup"), typed | {"draft": draft}))
    for said in ("No urban household registration", "Covered by employee insurance", "Of working age", "Art. 6(2)"):
        assert said in seen


def test_an_existing_person_is_shown_before_anything_else_is_typed(chain: Chain) -> None:
    """U5: with a link where the person is the clerk's, with the community's name where not."""
    who = person()
    registration = register(chain.community, who=who)
    client = signed_in(chain.community)
    draft = begin(client).split("/")[-2]
    html = client.post(reverse("id-lookup"), {"id_number": who.id_number, "draft": draft}).content.decode()
    assert f"/residents/{registration.resident.number}/" in html
    assert registration.number in html
    stranger = signed_in(make.actor(Role.COMMUNITY, other_community()))
    html = stranger.post(
        reverse("id-lookup"), {"id_number": who.id_number, "draft": begin(stranger).split("/")[-2]}
    ).content.decode()
    assert "on record already" in html
    assert who.name not in html
    assert f"/residents/{registration.resident.number}/" not in html


def test_who_has_an_open_registration_is_stopped_at_page_1(chain: Chain) -> None:
    who = person()
    register(chain.community, who=who)
    client = signed_in(chain.community)
    response = client.post(begin(client), answers(id_number=who.id_number or ""))
    assert response.status_code == 422
    assert "open registration already" in text(response)


def test_a_newborn_without_a_number(chain: Chain) -> None:
    client = signed_in(chain.community)
    born = TODAY - datetime.timedelta(days=20)
    typed = answers(id_number="", no_number="on", birth_date=born.isoformat(), sex="F", hukou_since="2009-10-05")
    submit(client, begin(client), typed)
    baby = Resident.objects.get()
    assert (baby.id_number, baby.birth_date, baby.sex) == (None, born, "F")
    assert baby.circumstances.get().starts == datetime.date(2009, 10, 5)
    assert Registration.objects.get().category == "minor"


def test_a_newborn_needs_birth_sex_and_the_day_of_entry(chain: Chain) -> None:
    client = signed_in(chain.community)
    response = client.post(begin(client), answers(id_number="", no_number="on"))
    html = response.content.decode()
    for anchor in ("id_birth_date", "id_sex_0", "id_hukou_since"):
        assert f'href="#{anchor}"' in html


def test_a_refusal_at_the_counter_prints_every_reason(chain: Chain) -> None:
    client = signed_in(chain.community)
    typed = answers(id_number=make.id_number(datetime.date(1975, 1, 1), "M"), scheme="rural", hukou="none")
    response = submit(client, begin(client), typed)
    registration = Registration.objects.get()
    assert registration.status == S.REFUSED
    assert "The refusal is written down" in text(response)
    paper = text(client.get(reverse("registration-refusal-notice", args=[registration.number])))
    for said in ("No urban household registration", "Covered by employee insurance", "Of working age", "Art. 13"):
        assert said in paper
    assert client.get(reverse("registration-missing-notice", args=[registration.number])).status_code == 404


def test_missing_documents_are_all_printed_at_once(chain: Chain) -> None:
    """W2."""
    client = signed_in(chain.community)
    documents = {
        "hukou_booklet": "present",
        "id_card": "missing",
        "photos": "wrong",
        "photos_remark": "戴帽子",
        "all_present": "yes",
    }
    submit(client, begin(client), answers(), documents)
    registration = Registration.objects.get()
    assert registration.status == S.MATERIALS_MISSING
    paper = text(client.get(reverse("registration-missing-notice", args=[registration.number])))
    for said in ("ID card", "photo", "戴帽子", "Art. 9(1)", "Art. 9(2)"):
        assert said in paper
    assert "booklet" not in paper


def test_documents_that_nobody_looked_at_are_not_called_missing(chain: Chain) -> None:
    """U13."""
    client = signed_in(chain.community)
    unknown = dict.fromkeys(("hukou_booklet", "id_card", "photos"), "not_looked_at")
    seen = text(submit(client, begin(client), answers(), unknown))
    assert "Documents to be looked at" in seen
    assert "Material missing" not in seen


def test_the_documents_are_looked_at_again(chain: Chain) -> None:
    registration = chain.at(S.MATERIALS_MISSING)
    client = signed_in(chain.community)
    address = reverse("registration-materials", args=[registration.number])
    assert client.get(address).status_code == 200
    found = {material.value: "present" for material in Material} | {"version": str(registration.version)}
    late = client.post(address, found | {"photos": "missing"})
    assert "Say why this was not named the first time" in text(late)
    client.post(address, found)
    registration.refresh_from_db()
    assert registration.status == S.ACCEPTED


def test_a_school_chooses_the_community_and_registers_its_own(chain: Chain) -> None:
    school = make.actor(Role.SCHOOL)
    client = signed_in(school)
    born = datetime.date(2000, 5, 6)
    typed = answers(
        id_number=make.id_number(born, "F"),
        student="school",
        student_since="2009-09-01",
        community=str(make.community().pk),
    )
    submit(client, begin(client), typed)
    registration = Registration.objects.get()
    assert (registration.office, registration.category) == (school.office, "minor")
    assert registration.resident.circumstances.get(kind="student").school == school.office


def test_registering_again_starts_with_what_is_on_record(chain: Chain) -> None:
    resident = make.resident(name="老王")
    make.circumstance(resident, "low_income", "low_income", starts=datetime.date(2009, 2, 1), document_number="D-9")
    client = signed_in(chain.community)
    response = client.get(reverse("registration-start"), {"resident": resident.number}, follow=True)
    html = response.content.decode()
    for said in ("老王", "D-9", masked(resident.id_number), resident.number):
        assert str(said) in html
    # In full it is shown on request only, which goes on record.
    assert str(resident.id_number) not in html
    draft = RegistrationDraft.objects.get()
    assert str(resident.id_number) not in json.dumps(draft.data)
    again = answers(name="老王")
    del again["id_number"]
    page = submit(client, reverse("registration-draft", args=[draft.pk]), again)
    assert resident.registrations.get().number in text(page)


def test_a_draft_waits_in_the_queue_and_can_be_discarded(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    client.post(page_1, answers(id_number=""))
    assert "欧阳明远" in text(client.get(reverse("registrations")))
    client.post(page_1 + "discard/")
    assert not RegistrationDraft.objects.exists()


def test_days_that_cannot_be_stand_at_their_fields(chain: Chain) -> None:
    client = signed_in(chain.community)
    typed = answers(
        hukou="outside",
        student="school",
        student_since="2009-12-01",
        disability="2",
        disability_since="1930-01-01",
        agent_name="李四",
    )
    html = client.post(begin(client), typed).content.decode()
    for anchor in ("id_hukou_since", "id_student_since", "id_disability_since", "id_agent_relation"):
        assert f'href="#{anchor}"' in html
    born_later = answers(id_number="", no_number="on", birth_date="2009-12-01", sex="F", hukou_since="2009-10-01")
    html = client.post(begin(client), born_later).content.decode()
    assert 'href="#id_birth_date"' in html


def test_the_check_page_says_everything_that_was_stated(chain: Chain) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    school = make.school()
    typed = answers(
        id_number=make.id_number(datetime.date(1995, 3, 4), "F"),
        student="school",
        student_since="2009-09-01",
        school=str(school.pk),
        scheme="rural",
        scheme_until="2009-08-31",
        agent_name="李四",
        agent_relation="parent",
        agent_id_number=make.id_number(BIRTH, "F"),
    )
    documents = client.post(page_1, typed).headers["Location"]
    page_2 = client.get(documents)
    assert "Identity of the guardian or agent" in text(page_2)
    found = dict.fromkeys(("hukou_booklet", "id_card", "photos", "agent_identity"), "present")
    check = client.post(documents, found | {"photos": "wrong", "photos_remark": "戴帽子"}).headers["Location"]
    seen = text(client.get(check))
    for said in ("New rural cooperative scheme · until 2009-08-31", "李四 (Parent)", "Wrong (戴帽子)", school.label):
        assert said in seen
    client.post(check)
    registration = Registration.objects.get()
    assert registration.supplementary is False
    assert registration.resident.circumstances.get(kind="scheme").ends == datetime.date(2009, 8, 31)


def test_an_answer_that_is_none_is_asked_again(chain: Chain) -> None:
    client = signed_in(chain.community)
    documents = client.post(begin(client), answers()).headers["Location"]
    response = client.post(documents, {"id_card": "eaten", "hukou_booklet": "present", "photos": "present"})
    assert 'href="#id_id_card_0"' in response.content.decode()


def test_a_newborn_on_record_is_shown_and_can_be_registered_again(chain: Chain) -> None:
    born = datetime.date(2009, 9, 20)
    baby = make.resident(birth=born, sex="F", name="小宝", id_number=None)
    client = signed_in(chain.community)
    page_1 = client.get(reverse("registration-start"), {"resident": baby.number}).headers["Location"]
    html = client.get(page_1).content.decode()
    assert "2009-09-20" in html
    typed = answers(id_number="", no_number="on", birth_date=born.isoformat(), sex="F", name="小宝")
    draft = page_1.split("/")[-2]
    live = client.post(reverse("id-lookup"), typed | {"draft": draft}).content.decode()
    assert baby.number in live
    submit(client, page_1, typed | {"hukou_since": "2009-09-20"})
    assert Resident.objects.count() == 1


def test_the_live_answer_needs_ones_own_draft(chain: Chain) -> None:
    client = signed_in(chain.community)
    assert client.post(reverse("id-lookup"), {"draft": "nonsense"}).status_code == 404
    assert client.post(reverse("id-lookup"), {"draft": str(uuid.uuid4())}).status_code == 404


def test_on_the_laws_first_day_the_counter_is_open(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    monkeypatch.setattr(settings, "BUSINESS_DATE", "2008-07-01")
    response = client.post(page_1, answers())
    assert response.status_code == 302
    assert client.get(response.headers["Location"]).status_code == 200
