"""Every entry of the journal has an address, whatever document it was drawn from."""

import pytest
from django.urls import resolve

from funds.models import JournalEntry


# The parts of a decision, and the times that a receipt came off its notice, are numbered after a dot.
@pytest.mark.parametrize("number", ["R2009-0000001", "R2009-0000001.2", "I2009-0000007.1"])
def test_the_address_of_an_entry_leads_to_it(number: str) -> None:
    found = resolve(JournalEntry(document_type="repayment_claim", document_number=number).get_absolute_url())
    assert found.url_name == "journal-entry"
    assert found.kwargs == {"document_type": "repayment_claim", "document_number": number}
