"""What the book has on the account at the bank, by the bank's references of its documents.

A kind of document that touches the account and has a reference of the bank has its line here; several documents may
share one (a list that the bank carried out at once), and one document have several (its own, and that of the file
that brought it).
"""

# type, number, reference
REFERENCES = """
    SELECT 'receipt' AS type, number, bank_reference AS reference FROM contributions_receipt
    UNION ALL
    SELECT 'receipt', receipt.number, file.file_number FROM contributions_receipt receipt
    JOIN bankfiles_bankfileline line ON line.receipt_id = receipt.id AND line.result IN ('matched', 'unmatched')
    JOIN bankfiles_bankfile file ON file.id = line.file_id
    UNION ALL
    SELECT 'returned_receipt', receipt.number, line.reference FROM contributions_receipt receipt
    JOIN bankfiles_bankfileline line ON line.receipt_id = receipt.id AND line.result = 'returned'
    UNION ALL
    SELECT 'subsidy_receipt', number, bank_reference FROM funds_subsidyreceipt
    UNION ALL
    SELECT 'resident_payment', payment.number, list.bank_reference FROM reimbursement_residentpayment payment
    JOIN reimbursement_paymentlist list ON list.id = payment.list_id
    UNION ALL
    SELECT 'institution_payment', payment.number, list.bank_reference FROM paying_institutionpayment payment
    JOIN paying_paymentbatch list ON list.id = payment.list_id
    UNION ALL
    SELECT 'recovery_payment', number, bank_reference FROM misuse_recoverypayment
    UNION ALL
    SELECT 'entered', number, bank_reference FROM funds_entereddocument WHERE bank_reference <> ''
"""

# The legs on the account that are in no match, by the references in question. A document that was taken back waits for
# its correction, not for a line of the bank: that is of what was entered in its place.
OPEN_LEGS = f"""
    SELECT DISTINCT known.reference, leg.id, leg.amount, entry.booked_on
    FROM ({REFERENCES}) AS known
    JOIN funds_journalentry entry ON entry.document_type = known.type AND entry.document_number = known.number
    JOIN funds_journalleg leg ON leg.entry_id = entry.id AND leg.account_id = %(account)s
    WHERE known.reference = ANY (%(references)s)
        AND NOT EXISTS (SELECT FROM bank_matchedleg matched WHERE matched.leg_id = leg.id)
        AND NOT EXISTS (
            SELECT FROM funds_entereddocument gone
            WHERE known.type = 'entered' AND gone.number = known.number AND NOT gone.live
        )
    ORDER BY reference, booked_on, id
"""  # noqa: S608

# A correction in the book alone, and what it comes to nothing with: the document that it takes back, or where that is
# matched with the bank, the one that was entered in its place under the same reference. What it takes back first.
CORRECTED = """
    WITH document AS (
        SELECT 'entered' AS type, id, number, bank_reference, corrects_id FROM funds_entereddocument
        UNION ALL
        SELECT 'subsidy_receipt', id, number, bank_reference, corrects_id FROM funds_subsidyreceipt
    )
    SELECT first.id, taken_back.id
    FROM document correction
    JOIN document original ON original.type = correction.type AND original.id = correction.corrects_id
    JOIN document booked ON booked.type = original.type AND booked.bank_reference = original.bank_reference
    JOIN funds_journalentry entry ON entry.document_type = booked.type AND entry.document_number = booked.number
    JOIN funds_journalleg first ON first.entry_id = entry.id AND first.account_id = %(account)s
    JOIN funds_journalentry reversing
        ON reversing.document_type = correction.type AND reversing.document_number = correction.number
    JOIN funds_journalleg taken_back ON taken_back.entry_id = reversing.id AND taken_back.account_id = %(account)s
    WHERE first.amount = -taken_back.amount AND NOT EXISTS (
        SELECT FROM bank_matchedleg matched WHERE matched.leg_id IN (first.id, taken_back.id)
    )
    ORDER BY booked.id <> original.id, taken_back.id, first.id
"""
