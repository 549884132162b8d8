"""Papers that are kept, and scans: W1, W3, E8."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

PAPER, SCAN, REGISTRATION = "papers_keptpaper", "attachments_attachment", "registration_registration"

HASH = sql_check(
    "paper.hash",
    "W3",
    _("A paper that is kept says what it said."),
    table=PAPER,
    sql="""
        SELECT object_number || ' ' || kind || ' ' || round AS row FROM papers_keptpaper
        WHERE sha256 <> encode(sha256(convert_to(content, 'UTF8')), 'hex')
    """,
    words=_("Its words are not those that it was kept with."),
)

REFUSAL = sql_check(
    "paper.refusal",
    "W3",
    _("A refusal stands in a written notice that is kept, and only a refusal."),
    table=REGISTRATION,
    rows="registration_registration WHERE status = 'refused'",
    sql="""
        SELECT registration.number AS row, CASE WHEN paper.id IS NULL THEN 'none' ELSE 'early' END AS problem
        FROM registration_registration registration LEFT JOIN papers_keptpaper paper
            ON paper.object_type = 'registration.registration' AND paper.object_number = registration.number
            AND paper.kind = 'refusal_notice'
        WHERE (registration.status = 'refused') <> (paper.id IS NOT NULL)
    """,
    words={
        "none": _("It is refused, and no notice of refusal is kept."),
        "early": _("A notice of refusal is kept, and it is not refused."),
    },
)

SCANS = sql_check(
    "scan.lost",
    "W1",
    _("Every scan hangs on something that is there."),
    table=SCAN,
    sql="""
        SELECT scan.key::text AS row, scan.object_number AS object FROM attachments_attachment scan
        LEFT JOIN registration_registration registration
            ON scan.object_type = 'registration.registration' AND registration.number = scan.object_number
        LEFT JOIN registration_registrationdraft draft
            ON scan.object_type = 'registration.registrationdraft' AND draft.id::text = scan.object_number
        LEFT JOIN reimbursement_reimbursement application
            ON scan.object_type = 'reimbursement.reimbursement' AND application.number = scan.object_number
        LEFT JOIN claims_institution institution
            ON scan.object_type = 'claims.institution' AND institution.code = scan.object_number
        LEFT JOIN funds_entereddocument document
            ON scan.object_type = 'funds.entereddocument' AND document.number = scan.object_number
        WHERE registration.id IS NULL AND draft.id IS NULL AND application.id IS NULL AND institution.id IS NULL
            AND document.id IS NULL
    """,
    words=_("It hangs on %(object)s, which is not there."),
)

LETTERS = sql_check(
    "paper.letter",
    "W5, E8",
    _("A reminder is about a notice of its year, a letter with reasons has its kept paper."),
    table="contributions_windowletter",
    sql="""
        SELECT enrollment.number AS row, letter.contribution_year AS year
        FROM contributions_windowletter letter
        JOIN registration_enrollment enrollment ON enrollment.id = letter.enrollment_id
        LEFT JOIN contributions_contributionnotice notice ON notice.id = letter.notice_id
        LEFT JOIN papers_keptpaper paper ON paper.id = letter.paper_id
        WHERE notice.contribution_year <> letter.contribution_year OR paper.kind <> 'no_notice_letter'
            OR (paper.object_type, paper.object_number) <> ('registration.enrollment', enrollment.number)
    """,
    words=_("The letter for %(year)s is about something else."),
)

CHECKS = (HASH, REFUSAL, SCANS, LETTERS)
