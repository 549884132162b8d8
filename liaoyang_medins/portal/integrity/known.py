"""From when on the portal knew of something, for checks that compare what was decided with what holds now.

What went through the services is dated by the audit record; what was loaded in bulk by its own days.
"""

# notice_id, known_on: the day on which the notice was found paid. Only notices that were ever paid are in it.
PAID_KNOWN = """(
    SELECT notice.id AS notice_id, coalesce(said.day, receipt.received_on, notice.paid_on) AS known_on
    FROM contributions_contributionnotice notice
    LEFT JOIN (
        SELECT object_number, max(business_date) AS day FROM audit_auditentry
        WHERE object_type = 'contributions.contributionnotice' AND verb = 'notices.pay' GROUP BY object_number
    ) AS said ON said.object_number = notice.number
    LEFT JOIN (
        SELECT notice_id, max(received_on) AS received_on FROM contributions_receipt
        WHERE notice_id IS NOT NULL AND problem = '' GROUP BY notice_id
    ) AS receipt ON receipt.notice_id = coalesce(notice.joint_with_id, notice.id)
    WHERE notice.status IN ('paid', 'returned')
)"""

# notice_id, known_on: the day on which the portal learnt that the bank had taken the payment back.
RETURN_KNOWN = """(
    SELECT notice.id AS notice_id, max(coalesce(said.day, receipt.returned_on)) AS known_on
    FROM contributions_contributionnotice notice
    JOIN contributions_receipt receipt ON receipt.notice_id = coalesce(notice.joint_with_id, notice.id)
        AND receipt.status = 'returned' AND receipt.problem = ''
    LEFT JOIN (
        SELECT object_number, max(business_date) AS day FROM audit_auditentry
        WHERE object_type = 'contributions.receipt' AND verb = 'receipts.return' GROUP BY object_number
    ) AS said ON said.object_number = receipt.number
    WHERE notice.status = 'returned' GROUP BY notice.id
)"""

# number, day: the last day on which an ended enrollment was opened again.
REOPENED = """(
    SELECT object_number AS number, max(business_date) AS day FROM audit_auditentry
    WHERE object_type = 'registration.enrollment' AND verb = 'enrollments.reopen' GROUP BY object_number
)"""
