"""Two at once: one decision, one payment, one application of a form that is sent twice."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from claims.models import Settlement, Stay
from claims.reimbursement import services
from claims.reimbursement.models import ResidentPayment
from liaoyang_medins.kernel.errors import DomainError
from tests.claims import makers as claims
from tests.reimbursement import makers
from tests.reimbursement.makers import fresh

pytestmark = pytest.mark.django_db(transaction=True)


def together(*verbs: Callable[[], Any]) -> list[str]:
    """What became of the verbs, all started at one moment, each with a connection of its own."""
    start, told = threading.Barrier(len(verbs)), ["nothing"] * len(verbs)

    def run(place: int, verb: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            verb()
            told[place] = "done"
        except DomainError as error:
            told[place] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(told)


def test_two_reviewers_release_at_once_and_one_does():
    clerk, first, second = claims.clerk(), claims.reviewer(), claims.reviewer()
    made = makers.examined(claims.insured(years=(2010,)), clerk)

    def release(by: Any) -> Callable[[], Any]:
        return lambda: services.release(number=made.number, version=made.version, by=by)

    assert together(release(first), release(second)) == ["changed_meanwhile", "done"]
    assert Settlement.objects.filter(live=True).count() == 1


def test_released_and_refused_at_once_is_one_of_them():
    clerk, first, second = claims.clerk(), claims.reviewer(), claims.reviewer()
    made = makers.examined(claims.insured(years=(2010,)), clerk)
    told = together(
        lambda: services.release(number=made.number, version=made.version, by=first),
        lambda: services.refuse(number=made.number, version=made.version, reason="不符", by=second),
    )
    assert told == ["changed_meanwhile", "done"]
    settled = Settlement.objects.filter(live=True).exists()
    assert (fresh(made).status, Stay.objects.get().status) == (
        ("released", "settled") if settled else ("refused", "cancelled")
    )


def test_two_applications_of_one_person_released_at_once_never_pass_the_cap():
    clerk, first, second = claims.clerk(), claims.reviewer(), claims.reviewer()
    person = claims.insured(years=(2010,))
    made = [
        makers.examined(person, clerk, total="50000.00", on=f"2010-0{month}-01", until=f"2010-0{month}-09")
        for month in (3, 4)
    ]
    told = together(
        lambda: services.release(number=made[0].number, version=made[0].version, by=first),
        lambda: services.release(number=made[1].number, version=made[1].version, by=second),
    )
    assert told == ["done", "done"]
    assert Settlement.objects.aggregate(sum=Sum("fund"))["sum"] == 30_000


def test_two_lists_at_once_pay_once():
    clerk, first, second = claims.clerk(), claims.reviewer(), claims.reviewer()
    made = makers.released(claims.insured(years=(2010,)), clerk, first)
    told = together(lambda: makers.listed(made, by=first), lambda: makers.listed(made, by=second))
    assert told == ["done", "wrong_state"]
    assert ResidentPayment.objects.count() == 1


def test_listed_and_taken_back_at_once_is_one_of_them():
    clerk, first, second = claims.clerk(), claims.reviewer(), claims.reviewer()
    made = makers.released(claims.insured(years=(2010,)), clerk, first)
    told = together(
        lambda: makers.listed(made, by=first),
        lambda: services.take_back(number=made.number, version=made.version, reason="误", by=second),
    )
    listed = ResidentPayment.objects.exists()
    assert told == (["changed_meanwhile", "done"] if listed else ["done", "wrong_state"])
    assert (fresh(made).status, Settlement.objects.get().live) == (("listed", True) if listed else ("complete", False))


def test_carried_out_and_come_back_at_once_is_told_in_an_order():
    clerk, first = claims.clerk(), claims.reviewer()
    made = makers.released(claims.insured(years=(2010,)), clerk, first)
    found = makers.listed(made, by=first)
    payment = found.payments.get()
    told = together(
        lambda: makers.paid(found, first),
        lambda: services.record_returned(
            number=payment.number, returned_on=claims.day("2010-06-30"), reason="户名不符", by=first
        ),
    )
    payment.refresh_from_db()
    # Paid first and then come back, or never paid: either way it came back.
    assert payment.status == fresh(made).status == "returned"
    assert told == (["done", "done"] if payment.paid_on else ["done", "wrong_state"])


def test_one_invoice_of_two_people_at_once_is_taken_once():
    clerk = claims.clerk()
    facts = [makers.application(claims.insured(years=(2010,)), invoices=("08345678",)) for _ in range(2)]

    def enter(application: Any) -> Callable[[], Any]:
        return lambda: services.enter(
            submission=uuid.uuid4(), application=application, account=makers.account(), by=clerk
        )

    assert together(enter(facts[0]), enter(facts[1])) == ["done", "invoice_taken"]
    assert Stay.objects.count() == 1


def test_a_form_sent_twice_at_once_is_one_application():
    clerk, mark = claims.clerk(), uuid.uuid4()
    facts = makers.application(claims.insured(years=(2010,)))

    def enter() -> Any:
        return services.enter(submission=mark, application=facts, account=makers.account(), by=clerk)

    assert together(enter, enter) == ["done", "done"]
    assert Stay.objects.count() == 1
