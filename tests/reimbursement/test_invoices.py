"""One stay is paid once: an invoice is handed in once, and what the institution settled is looked at."""

import uuid
from dataclasses import replace

import pytest

from claims.models import Stay
from claims.reimbursement import services
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid
from tests.claims import makers as claims
from tests.reimbursement import makers
from tests.reimbursement.makers import account

pytestmark = pytest.mark.django_db


def test_an_invoice_is_handed_in_once_whoever_brings_it(person, clerk, reviewer):
    makers.complete(person, clerk, invoices=("121001070134", "08345678"), inpatient_number="ZY-1")
    other = claims.insured(years=(2010,))
    values = {"on": "2010-05-01", "until": "2010-05-02"}
    with pytest.raises(Conflict, match="08345678") as error:
        makers.complete(other, clerk, invoices=("０８３４５６７８",), **values)
    assert (error.value.code, error.value.field, Stay.objects.count()) == ("invoice_taken", "invoices", 1)
    # Of another institution it is another invoice.
    elsewhere = makers.complete(other, clerk, invoices=("08345678",), institution="X2", **values)
    facts = makers.application(other, invoices=("08345678", "08345679"), institution="X2", **values)
    changed = services.change(number=elsewhere.number, version=elsewhere.version, application=facts, by=clerk)
    assert [row.printed for row in changed.invoices.all()] == ["08345678", "08345679"]
    told = AuditEntry.objects.get(verb="reimbursements.change")
    assert told.changes["invoices"] == [["08345678"], ["08345678", "08345679"]]
    # What is refused leaves them free, and on record.
    services.refuse(number=changed.number, version=changed.version, reason="发票系复印件", by=reviewer)
    assert AuditEntry.objects.get(verb="reimbursements.refuse").changes["invoices"] == ["08345678", "08345679"]
    assert makers.complete(other, clerk, invoices=("08345679",), institution="X2", **values).status == "complete"


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ((), "no_invoice"),
        ((" ",), "no_invoice"),
        (("123",), "invoice_malformed"),
        (("A=1+1",), "invoice_malformed"),
        (("INVOICE",), "invoice_malformed"),
        (("0834567, 0834567",), "invoice_twice"),
        (tuple(f"FP{place:06d}" for place in range(51)), "too_many"),
    ],
)
def test_numbers_that_cannot_be_those_of_invoices_are_refused(person, clerk, printed, code):
    with pytest.raises(Invalid) as refused:
        services.enter(
            submission=uuid.uuid4(),
            application=replace(makers.application(person), invoices=printed),
            account=account(),
            by=clerk,
        )
    assert (refused.value.field, refused.value.code) == ("invoices", code)
    assert not Stay.objects.exists()


def test_a_day_in_hospital_that_was_settled_there_is_not_paid_again_without_a_word(person, clerk, reviewer):
    """They share one day only, which A8 lets pass between two hospitals; at one it may be the same stay."""
    claims.settled(person, claims.hospital(), on="2010-03-03", until="2010-03-03")
    made = makers.examined(person, clerk, institution="H3", on="2010-03-03", until="2010-03-03")
    with pytest.raises(Invalid) as refused:
        services.release(number=made.number, version=made.version, by=reviewer)
    assert refused.value.field == "note"
    assert [row.institution.code for row in services.to_look_at(made.stay)] == ["H3"]
    elsewhere = claims.discharged(person, claims.hospital("H2"), on="2010-03-03", until="2010-03-03")
    assert elsewhere.pk not in {row.pk for row in services.to_look_at(made.stay)}
