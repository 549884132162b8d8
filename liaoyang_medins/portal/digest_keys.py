"""The natural keys by which the digest names a row that others point at."""

# Of each model that others point at: a select of `id` and natural `key`. {Model} stands for such a select of another,
# {place} for the row's place among those with the same key.
KEYS: dict[str, str] = {
    "Office": "SELECT id, code AS key FROM offices_office",
    "User": "SELECT id, username AS key FROM offices_user",
    "Resident": """
        SELECT person.id, coalesce(id_number, json_build_array(person.name, birth_date, sex, code)::text) AS key
        FROM registration_resident person JOIN offices_office ON offices_office.id = community_id
    """,
    "Registration": """
        SELECT own.id, json_build_array(k.key, received_on, {place})::text AS key
        FROM registration_registration own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "Enrollment": """
        SELECT own.id, json_build_array(k.key, starts, {place})::text AS key
        FROM registration_enrollment own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "ContributionNotice": """
        SELECT own.id, json_build_array(k.key, contribution_year, kind, {place})::text AS key
        FROM contributions_contributionnotice own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "BenefitPeriod": """
        SELECT own.id, json_build_array(k.key, starts, {place})::text AS key
        FROM contributions_benefitperiod own JOIN {ContributionNotice} AS k ON k.id = notice_id
    """,
    "Circumstance": """
        SELECT own.id, json_build_array(k.key, kind, starts, {place})::text AS key
        FROM registration_circumstance own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "Household": """
        SELECT own.id, json_build_array(code, own.address, own.phone, formed_on, {place})::text AS key
        FROM households_household own JOIN offices_office ON offices_office.id = community_id
    """,
    "InsuranceCard": """
        SELECT own.id, json_build_array(k.key, made_on, {place})::text AS key
        FROM cards_insurancecard own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "MisuseCase": """
        SELECT own.id, json_build_array(k.key, opened_on, {place})::text AS key
        FROM misuse_misusecase own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "Posting": """
        SELECT posting.id, json_build_array(username, role, code, starts)::text AS key
        FROM offices_posting posting JOIN offices_user ON offices_user.id = user_id
        JOIN offices_office ON offices_office.id = office_id
    """,
    "Institution": "SELECT id, code AS key FROM claims_institution",
    "Diagnosis": "SELECT code AS id, code AS key FROM claims_diagnosis",
    "Referral": """
        SELECT own.id, json_build_array(k.key, issued_on, {place})::text AS key
        FROM claims_referral own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "Stay": """
        SELECT own.id, json_build_array(code, inpatient_number)::text AS key
        FROM claims_stay own JOIN claims_institution ON claims_institution.id = institution_id
    """,
    "FeeLine": """
        SELECT own.id, json_build_array(k.key, line_number)::text AS key
        FROM claims_feeline own JOIN {Stay} AS k ON k.id = stay_id
    """,
    "Settlement": """
        SELECT own.id, json_build_array(k.key, sequence)::text AS key
        FROM claims_settlement own JOIN {Stay} AS k ON k.id = stay_id
    """,
    "Reimbursement": """
        SELECT own.id, k.key FROM reimbursement_reimbursement own JOIN {Stay} AS k ON k.id = stay_id
    """,
    "PayeeAccount": """
        SELECT own.id, json_build_array(k.key, account_number, {place})::text AS key
        FROM reimbursement_payeeaccount own JOIN {Reimbursement} AS k ON k.id = application_id
    """,
    "PaymentList": """
        SELECT own.id, json_build_array(made_on, bank_reference, {place})::text AS key
        FROM reimbursement_paymentlist own
    """,
    "ResidentPayment": """
        SELECT own.id, json_build_array(k.key, {place})::text AS key
        FROM reimbursement_residentpayment own JOIN {Reimbursement} AS k ON k.id = application_id
    """,
    "InstitutionAccount": """
        SELECT own.id, json_build_array(code, starts, account_number, {place})::text AS key
        FROM paying_institutionaccount own JOIN claims_institution ON claims_institution.id = institution_id
    """,
    "Declaration": """
        SELECT own.id, json_build_array(code, month)::text AS key
        FROM paying_declaration own JOIN claims_institution ON claims_institution.id = institution_id
    """,
    "PaymentBatch": """
        SELECT own.id, json_build_array(made_on, bank_reference, {place})::text AS key FROM paying_paymentbatch own
    """,
    "InstitutionPayment": """
        SELECT own.id, json_build_array(k.key, {place})::text AS key
        FROM paying_institutionpayment own JOIN {Declaration} AS k ON k.id = declaration_id
    """,
    "OutpatientApproval": """
        SELECT own.id, json_build_array(k.key, disease, starts, {place})::text AS key
        FROM outpatient_outpatientapproval own JOIN {Resident} AS k ON k.id = resident_id
    """,
    "HandoverList": """
        SELECT own.id, json_build_array(own.kind, period_until, drafted_on, {place})::text AS key
        FROM handover_handoverlist own
    """,
    "Receipt": "SELECT id, json_build_array(channel, bank_reference)::text AS key FROM contributions_receipt",
    "BankFile": "SELECT id, sha256 AS key FROM bankfiles_bankfile",
    "Collection": """
        SELECT own.id, json_build_array(code, contribution_year, handed_in_on, {place})::text AS key
        FROM collecting_collection own JOIN offices_office ON offices_office.id = school_id
    """,
    "UploadedList": """
        SELECT own.id, json_build_array(source, sha256, {place})::text AS key FROM lists_uploadedlist own
    """,
    "CatalogueVersion": """
        SELECT own.id, json_build_array(starts, sha256, {place})::text AS key FROM catalogues_catalogueversion own
    """,
    "Report": """
        SELECT own.id, json_build_array(received_on, facts, {place})::text AS key FROM inspections_report own
    """,
    "Inspection": """
        SELECT own.id, json_build_array(code, inspected_on, {place})::text AS key
        FROM inspections_inspection own JOIN claims_institution ON claims_institution.id = institution_id
    """,
    "InspectionFinding": """
        SELECT own.id, json_build_array(k.key, position)::text AS key
        FROM inspections_inspectionfinding own JOIN {Inspection} AS k ON k.id = inspection_id
    """,
    "Finding": """
        SELECT own.id, json_build_array(own.kind, k.key, code, found_on, {place})::text AS key
        FROM watch_finding own LEFT JOIN {Resident} AS k ON k.id = resident_id
        LEFT JOIN claims_institution ON claims_institution.id = institution_id
    """,
    "Evidence": """
        SELECT own.id, json_build_array(k.key, figures, string_agg(s.key, ',' ORDER BY s.key))::text AS key
        FROM watch_evidence own JOIN {Finding} AS k ON k.id = finding_id
        LEFT JOIN watch_evidencestay line ON line.evidence_id = own.id LEFT JOIN {Stay} AS s ON s.id = line.stay_id
        GROUP BY own.id, k.key
    """,
    "Account": "SELECT id, code AS key FROM funds_account",
    "SubsidyReceipt": "SELECT id, json_build_array(bank_reference, amount)::text AS key FROM funds_subsidyreceipt",
    "EnteredDocument": """
        SELECT own.id, json_build_array(own.kind, own.day, own.bank_reference, original.bank_reference, own.status,
            {place})::text AS key
        FROM funds_entereddocument own LEFT JOIN funds_entereddocument original ON original.id = own.corrects_id
    """,
    "JournalLeg": """
        SELECT own.id, json_build_array(k.key, entry.booked_on, code, amount)::text AS key
        FROM funds_journalleg own JOIN funds_journalentry entry ON entry.id = entry_id
        JOIN {JournalEntry} AS k ON k.id = entry_id JOIN funds_account ON funds_account.id = account_id
    """,
    "BankStatement": "SELECT id, sha256 AS key FROM bank_bankstatement",
    "BankLine": """
        SELECT own.id, json_build_array(k.key, place)::text AS key
        FROM bank_bankline own JOIN {BankStatement} AS k ON k.id = statement_id
    """,
    # What is matched names it: nothing is in two.
    "Match": """
        SELECT own.id, json_build_array(
            min(CASE WHEN line THEN part.key END COLLATE "C"), min(CASE WHEN NOT line THEN part.key END COLLATE "C")
        )::text AS key
        FROM bank_match own LEFT JOIN (
            SELECT match_id, k.key, true AS line FROM bank_matchedline JOIN {BankLine} AS k ON k.id = line_id
            UNION ALL
            SELECT match_id, k.key, false FROM bank_matchedleg JOIN {JournalLeg} AS k ON k.id = leg_id
        ) AS part ON part.match_id = own.id GROUP BY own.id
    """,
    "SubsidyStatement": "SELECT id, json_build_array(kind, period_from)::text AS key FROM funds_subsidystatement",
    "SubsidyReminder": """
        SELECT own.id, json_build_array(k.key, code, round)::text AS key
        FROM funds_subsidyreminder own JOIN {SubsidyStatement} AS k ON k.id = statement_id
        JOIN offices_office ON offices_office.id = payer_id
    """,
    "JournalEntry": """
        SELECT own.id, json_build_array(document.type, document.key)::text AS key
        FROM funds_journalentry own JOIN (
            SELECT 'receipt' AS type, number, json_build_array(channel, bank_reference)::text AS key
                FROM contributions_receipt
            UNION ALL SELECT 'settlement', number, k.key
                FROM claims_settlement JOIN {Settlement} AS k USING (id)
            UNION ALL SELECT 'reversal', number, k.key
                FROM claims_reversal JOIN {Settlement} AS k ON k.id = settlement_id
            UNION ALL SELECT 'resident_payment', number, k.key
                FROM reimbursement_residentpayment JOIN {ResidentPayment} AS k USING (id)
            UNION ALL SELECT 'payment', number, k.key
                FROM reimbursement_residentpayment JOIN {ResidentPayment} AS k USING (id)
            UNION ALL SELECT type, number, k.key
                FROM paying_institutionpayment JOIN {InstitutionPayment} AS k USING (id)
                CROSS JOIN (VALUES ('institution_payment'), ('institution')) AS types (type)
            UNION ALL SELECT 'statement', number, k.key
                FROM funds_subsidystatement JOIN {SubsidyStatement} AS k USING (id)
            UNION ALL SELECT 'subsidy_receipt', number, bank_reference FROM funds_subsidyreceipt
            UNION ALL SELECT 'entered', number, k.key
                FROM funds_entereddocument JOIN {EnteredDocument} AS k USING (id)
            UNION ALL SELECT 'recovery', number, k.key FROM misuse_misusecase JOIN {MisuseCase} AS k USING (id)
            UNION ALL SELECT 'recovery_payment', number, bank_reference FROM misuse_recoverypayment
            UNION ALL SELECT kind, number, k.key FROM inspections_inspection JOIN {Inspection} AS k USING (id)
                CROSS JOIN (VALUES ('repayment'), ('deduction')) AS of_it (kind)
        ) AS document ON document.number = split_part(own.document_number, '.', 1)
            AND document.type
                = regexp_replace(own.document_type, '^(assigned|released|returned)_|_(claim|end)$', '')
    """,
}
