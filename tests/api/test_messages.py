"""Message ids: once, the same answer again, asked after, withdrawn, undone, forgotten (docs/decisions/0100)."""

import datetime
import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from claims import services
from claims.api.models import Message
from claims.api.tasks import forget_messages
from claims.models import FeeLine, Reversal, Settlement, Stay
from liaoyang_medins.kernel import clock
from tests.api.caller import Caller, admission, admit, discharged, line, settled
from tests.claims import makers
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    makers.catalogue()
    return makers.insured(years=(2009, 2010))


def test_the_same_call_is_answered_the_same_again(api: Caller, person) -> None:
    body = admission(person)
    first, again = api.post("stays", body, key="one"), api.post("stays", body, key="one")
    assert (first.status, first.text) == (again.status, again.text)
    assert Stay.objects.count() == 1
    shuffled = dict(reversed(body.items()))
    assert api.post("stays", shuffled, key="one").text == first.text


def test_another_call_with_the_key_is_refused(api: Caller, person) -> None:
    body = admission(person)
    number = api.post("stays", body, key="one")["stay_number"]
    for wrong in (
        api.post("stays", body | {"emergency": True}, key="one"),
        api.post(f"stays/{number}/cancel", {"reason": "x"}, key="one"),
    ):
        assert (wrong.status, wrong.code) == (409, "key_reused")
    assert api.post("stays", body, key="one").status == 201


def test_refusals_by_the_rules_are_kept(api: Caller, person) -> None:
    number = discharged(api, person, "900.00")
    body = {"stated_total": "1.00"}
    first = api.post(f"stays/{number}/settlement", body, key="one")
    assert first.code == "total_differs"
    services.cancel_discharge(stay_number=number, by=makers.clerk())
    assert api.post(f"stays/{number}/settlement", body, key="one").text == first.text
    assert api.get("messages/one")["outcome"] == "refused"


def test_what_never_came_to_the_rules_is_not_kept(api: Caller, other: Caller, person, settings, monkeypatch) -> None:
    body = admission(person)
    assert api.post("stays", body | {"emergency": "no"}, key="one").code == "schema"
    token, api.token = api.token, "nothing"
    assert api.post("stays", body, key="one").status == 401
    api.token = token
    settings.API_CALLS_A_MINUTE = 0
    late = api.post("stays", body, key="one")
    assert (late.status, late.code) == (429, "rate_limited")
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    settings.API_CALLS_A_MINUTE = 6000
    with monkeypatch.context() as patch:
        patch.setattr("claims.services.admission.audit.record", broken)
        assert api.post("stays", body, key="one").status == 503
    assert not Message.objects.exists()
    assert not Stay.objects.exists()
    assert api.post("stays", body, key="one").status == 201


def broken(**_values: object) -> None:
    raise OperationalError("the server closed the connection")


def test_a_fault_of_ours_is_a_problem_and_leaves_nothing(api: Caller, person, monkeypatch) -> None:
    def fault(**_values: object) -> None:
        raise ZeroDivisionError

    api.http.raise_request_exception = False
    monkeypatch.setattr("claims.services.admission.audit.record", fault)
    said = api.post("stays", admission(person), key="one")
    assert (said.status, said.code) == (500, "internal")
    assert not Message.objects.exists()
    assert not Stay.objects.exists()


@pytest.mark.parametrize(
    ("key", "code"), [(None, "key_missing"), ("a b", "key_malformed"), ("x" * 65, "key_malformed")]
)
def test_a_changing_call_needs_a_key(api: Caller, person, key, code) -> None:
    said = api.send("POST", "stays", admission(person), key=key)
    assert (said.status, said.code) == (400, code)


def test_keys_are_each_institutions_own(api: Caller, other: Caller, person) -> None:
    number = admit(api, person)
    made = api.post(f"stays/{number}/lines", {"lines": [line("1")]}, key="one")
    assert other.get("messages/one").code == "message_unknown"
    assert other.post("stays", admission(makers.insured()), key="one").status == 201
    assert api.get("messages/one")["answer"] == made.body
    api.post(f"stays/{number}/lines", {"lines": [line("2")]}, key="two")
    assert other.post("messages/two/undo")["outcome"] == "withdrawn"
    assert api.get("messages/two")["outcome"] == "done"
    assert FeeLine.objects.count() == 2


def test_what_became_of_a_message(api: Caller, person) -> None:
    assert api.get("messages/one").code == "message_unknown"
    made = api.post("stays", admission(person), key="one")
    told = api.get("messages/one")
    assert (told["outcome"], told["operation"], told["status"]) == ("done", "admit", 201)
    assert told["answer"] == made.body
    assert Message.objects.count() == 1


# --- 2601 ------------------------------------------------------------------------------------------------------------


def test_a_settlement_is_undone_by_its_message(api: Caller, person) -> None:
    done = settled(api, person, "8000.00", key="lost")
    undone = api.post("messages/lost/undo", key="undo")
    assert (undone["outcome"], undone["operation"]) == ("undone", "settle")
    assert Reversal.objects.get().number == undone["number"]
    assert api.get(f"stays/{done['stay_number']}")["status"] == "discharged"
    assert api.post("messages/lost/undo", key="undo").text == undone.text
    assert api.post("messages/lost/undo", key="another")["outcome"] == "undone"
    assert Reversal.objects.count() == 1
    told = api.get("messages/lost")
    assert (told["outcome"], told["undone_by"], told["answer"]) == ("undone", "undo", done.body)


def test_each_step_is_undone_in_reverse_order(api: Caller, person) -> None:
    number = api.post("stays", admission(person), key="in")["stay_number"]
    api.post(f"stays/{number}/lines", {"lines": [line("1"), line("2")]}, key="lines")
    api.post(f"stays/{number}/lines", {"lines": [line("3")]}, key="more")
    api.post(f"stays/{number}/discharge", {"discharged_at": "2009-03-10T09:00:00+08:00", "way": "ordered"}, key="out")
    for key, code in (("in", "wrong_state"), ("lines", "wrong_state")):
        assert api.post(f"messages/{key}/undo").code == code
    assert api.post("messages/out/undo")["outcome"] == "undone"
    assert api.post("messages/in/undo").code == "has_lines"
    assert api.post("messages/lines/undo")["number"] == number
    assert [row.line_number for row in FeeLine.objects.all()] == ["3"]
    assert api.post("messages/more/undo")["outcome"] == "undone"
    assert api.post("messages/in/undo")["outcome"] == "undone"
    assert Stay.objects.get().status == "cancelled"


def test_what_another_message_did_since_stays(api: Caller, person) -> None:
    number = admit(api, person)
    api.post(f"stays/{number}/lines", {"lines": [line("1"), line("2"), line("3")]}, key="lines")
    api.post(f"stays/{number}/lines/remove", {"line_numbers": ["1", "2"]})
    api.post(f"stays/{number}/lines", {"lines": [line("1")]}, key="again")
    assert api.post("messages/lines/undo")["outcome"] == "undone"
    assert [row.line_number for row in FeeLine.objects.all()] == ["1"]
    assert api.post("messages/lines/undo")["outcome"] == "undone"
    leaves = {"discharged_at": "2009-03-10T09:00:00+08:00", "way": "ordered"}
    api.post(f"stays/{number}/discharge", leaves, key="out")
    api.post(f"stays/{number}/discharge/cancel", {"reason": "x"})
    api.post(f"stays/{number}/discharge", leaves)
    assert api.post("messages/out/undo")["outcome"] == "undone"
    assert api.get(f"stays/{number}")["status"] == "discharged"
    assert FeeLine.objects.count() == 1


def test_what_was_undone_before_is_not_undone_twice(api: Caller, person) -> None:
    done = settled(api, person, "900.00", key="settled")
    reversal = api.post(f"settlements/{done['settlement_number']}/reversal", {"reason": "x"})
    again = api.post(f"stays/{done['stay_number']}/settlement", {"stated_total": "900.00"})
    assert api.post("messages/settled/undo")["number"] == reversal["reversal_number"]
    assert api.get(f"settlements/{again['settlement_number']}")["status"] == "live"
    number = api.post("stays", admission(person, on="2009-06-01"), key="in")["stay_number"]
    api.post(f"stays/{number}/cancel", {"reason": "x"})
    assert api.post("messages/in/undo")["number"] == number


def test_a_message_that_never_came_does_nothing_when_it_comes(api: Caller, person) -> None:
    assert api.post("messages/late/undo")["outcome"] == "withdrawn"
    late = api.post("stays", admission(person), key="late")
    assert (late.status, late.code) == (409, "message_withdrawn")
    assert not Stay.objects.exists()
    assert api.get("messages/late")["outcome"] == "withdrawn"
    assert api.post("messages/late/undo")["outcome"] == "withdrawn"


def test_what_cannot_be_undone_by_its_message_says_so(api: Caller, person) -> None:
    refused = api.post("stays", admission(person, diagnoses=["Q"]), key="no")
    assert refused.code == "diagnosis_unknown"
    assert api.post("messages/no/undo")["outcome"] == "nothing_done"
    number = admit(api, person)
    api.post(f"stays/{number}/cancel", {"reason": "x"}, key="cancel")
    said = api.post("messages/cancel/undo", key="undo")
    assert said.code == "not_undoable"
    # A refusal by the rules is kept like any other.
    assert (api.get("messages/undo")["outcome"], api.get("messages/undo")["answer"]) == ("refused", said.body)
    assert api.post("messages/cancel/undo", key="undo").text == said.text
    assert api.post("messages/self/undo", key="self").code == "key_reused"
    assert api.get("messages/self").code == "message_unknown"


def test_settle_undo_settle_is_settle(api: Caller, person) -> None:
    done = settled(api, person, "8000.90", key="lost")
    api.post("messages/lost/undo")
    again = api.post(f"stays/{done['stay_number']}/settlement", {"stated_total": "8000.90"})
    assert again["amounts"] == done["amounts"]
    assert Settlement.objects.filter(live=True).count() == 1


def test_old_messages_are_forgotten(api: Caller, person, settings) -> None:
    api.post("stays", admission(person), key="old")
    api.post("stays", admission(makers.insured()), key="young")
    term = datetime.timedelta(days=settings.API_MESSAGES_KEPT_DAYS)
    Message.objects.filter(key="old").update(received_at=clock.now() - term - datetime.timedelta(minutes=1))
    Message.objects.filter(key="young").update(received_at=clock.now() - term + datetime.timedelta(minutes=1))
    assert forget_messages() == 1
    assert [row.key for row in Message.objects.all()] == ["young"]
    assert Stay.objects.count() == 2


def test_a_message_is_kept_for_thirty_days_at_least(api: Caller, person, settings, monkeypatch) -> None:
    assert "claims.api.tasks.forget_messages" in {job["task"] for job in settings.CELERY_BEAT_SCHEDULE.values()}
    monkeypatch.setenv("API_MESSAGES_KEPT_DAYS", "29")
    with pytest.raises(ImproperlyConfigured, match="API_MESSAGES_KEPT_DAYS"):
        runpy.run_path(str(ROOT / "liaoyang_medins" / "settings.py"))
    settings.API_MESSAGES_KEPT_DAYS = 30
    body = admission(person)
    first = api.post("stays", body, key="one")
    Message.objects.update(received_at=clock.now() - datetime.timedelta(days=29, hours=23))
    assert forget_messages() == 0
    assert api.post("stays", body, key="one").text == first.text
