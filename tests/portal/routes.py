"""Who may open what: every route of the portal by its name.

`roles` are those for whom the route exists at all; `of` is the kind of object that its address names, so that the
tests can ask for somebody else's. A route that is not here fails tests/portal/test_routes.py.
"""

from dataclasses import dataclass

from liaoyang_medins.kernel.offices.roles import Role

R = Role
EVERYBODY = frozenset(Role)
COUNTER = frozenset({R.COMMUNITY, R.SCHOOL})
CHAIN = COUNTER | {R.SUBDISTRICT, R.DISTRICT}
CLERK = frozenset({R.AGENCY_CLERK})
REVIEWER = frozenset({R.AGENCY_REVIEWER})
AGENCY = CLERK | REVIEWER
HOSPITAL = frozenset({R.HOSPITAL})
FINANCE = frozenset({R.CITY_FINANCE, R.DISTRICT_FINANCE})
SUPERVISOR = frozenset({R.SUPERVISOR})
ADMINISTRATOR = frozenset({R.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Route:
    """`post` tells that the route only takes POST: a GET is answered 405 or leads back to the object's page."""

    roles: frozenset[Role]
    of: str = ""
    post: bool = False


# Open without signing in: they do nothing that needs an actor, or look after themselves.
PUBLIC = {"sign-in", "sign-out", "choose-posting", "set_language", "health", "style-guide"}

SEES_RESIDENTS = CHAIN | AGENCY | SUPERVISOR
SEES_STAYS = AGENCY | HOSPITAL | SUPERVISOR
SEES_STATEMENTS = FINANCE | AGENCY | SUPERVISOR
SEES_JOURNAL = AGENCY | {R.CITY_FINANCE} | SUPERVISOR
SEES_INSTITUTIONS = AGENCY | HOSPITAL | SUPERVISOR | ADMINISTRATOR
SEES_VERSIONS = AGENCY | SUPERVISOR | ADMINISTRATOR

ROUTES: dict[str, Route] = {
    # The frame and the portal
    "home": Route(EVERYBODY),
    "search": Route(EVERYBODY),
    "demo-date": Route(EVERYBODY, post=True),
    "keep-term": Route(EVERYBODY, post=True),
    "form-again": Route(EVERYBODY, "kept form"),
    "resident": Route(SEES_RESIDENTS, "resident"),
    "resident-reveal": Route(SEES_RESIDENTS, "resident", post=True),
    "users": Route(ADMINISTRATOR),
    "user-new": Route(ADMINISTRATOR),
    "user": Route(ADMINISTRATOR, "user"),
    "user-password": Route(ADMINISTRATOR, "user", post=True),
    "posting-new": Route(ADMINISTRATOR, "user"),
    "posting-end": Route(ADMINISTRATOR, "posting"),
    "offices": Route(ADMINISTRATOR),
    "office-new": Route(ADMINISTRATOR),
    "office": Route(ADMINISTRATOR, "office"),
    "posting-head": Route(ADMINISTRATOR, "posting", post=True),
    "work-left": Route(ADMINISTRATOR),
    "work-hand-over": Route(ADMINISTRATOR, "user", post=True),
    "stand-ins": Route(EVERYBODY),
    "stand-in-end": Route(EVERYBODY, "stand_in", post=True),
    "audit-log": Route(SUPERVISOR | ADMINISTRATOR),
    # Registrations (W1 to W4)
    "registrations": Route(SEES_RESIDENTS),
    "registration-start": Route(COUNTER),
    "id-lookup": Route(COUNTER, post=True),
    "registration-draft": Route(COUNTER, "draft"),
    "registration-draft-materials": Route(COUNTER, "draft"),
    "registration-check": Route(COUNTER, "draft"),
    "registration-draft-discard": Route(COUNTER, "draft", post=True),
    "registration": Route(SEES_RESIDENTS, "registration"),
    "registration-forward": Route(COUNTER | {R.SUBDISTRICT}, "registration", post=True),
    "registration-approve": Route(AGENCY | {R.DISTRICT}, "registration", post=True),
    "registration-return": Route(CHAIN | AGENCY, "registration", post=True),
    "registration-refuse": Route(COUNTER | AGENCY | {R.DISTRICT}, "registration", post=True),
    "registration-withdraw": Route(COUNTER, "registration", post=True),
    "registration-undo": Route(CHAIN, "registration", post=True),
    "registration-materials": Route(COUNTER, "registration"),
    "registration-receipt": Route(SEES_RESIDENTS, "registration"),
    "registration-missing-notice": Route(SEES_RESIDENTS, "registration"),
    "registration-refusal-notice": Route(SEES_RESIDENTS, "registration"),
    "registration-record": Route(AGENCY, "registration"),
    "registration-scans": Route(COUNTER, "registration"),
    "registration-scan": Route(SEES_RESIDENTS, "scan"),
    "registration-scan-remove": Route(COUNTER, "scan"),
    "registration-draft-scan": Route(COUNTER, "draft scan"),
    "registrations-bulk": Route(SEES_RESIDENTS, post=True),
    "transmittals": Route(SEES_RESIDENTS),
    "transmittal": Route(SEES_RESIDENTS, "transmittal"),
    "transmittal-day": Route(SEES_RESIDENTS, "transmittal day"),
    "resident-edit": Route(COUNTER | CLERK, "resident"),
    "resident-change": Route(COUNTER | CLERK, "resident"),
    "resident-correct": Route(CLERK | {R.COMMUNITY}, "resident"),
    "transfers": Route(AGENCY | {R.COMMUNITY}),
    "transfer-ask": Route(frozenset({R.COMMUNITY})),
    "transfer": Route(AGENCY | {R.COMMUNITY}, "transfer"),
    "transfer-answer": Route(AGENCY | {R.COMMUNITY}, "transfer", post=True),
    "transfer-withdraw": Route(frozenset({R.COMMUNITY}), "transfer", post=True),
    "merges": Route(AGENCY | SUPERVISOR),
    "merge-new": Route(CLERK),
    "merge": Route(AGENCY | SUPERVISOR, "merge"),
    "merge-approve": Route(REVIEWER, "merge", post=True),
    "merge-reject": Route(AGENCY, "merge", post=True),
    "circumstance-new": Route(COUNTER | CLERK, "resident"),
    "circumstance-end": Route(COUNTER | CLERK, "circumstance"),
    "circumstance-void": Route(COUNTER | CLERK, "circumstance"),
    # Contributions (C, W5, W6)
    "notices": Route(SEES_RESIDENTS),
    "window": Route(AGENCY | SUPERVISOR),
    "window-letters": Route(SEES_RESIDENTS),
    "contribution-year": Route(AGENCY | SUPERVISOR),
    "contribution-year-start": Route(CLERK, post=True),
    "notice": Route(SEES_RESIDENTS, "notice"),
    "notice-print": Route(SEES_RESIDENTS, "notice"),
    "notice-remake": Route(COUNTER | AGENCY, "notice"),
    "notice-renew": Route(COUNTER | AGENCY, "resident", post=True),
    "receipts": Route(AGENCY | SUPERVISOR),
    "receipt-new": Route(CLERK),
    "receipt-notice": Route(AGENCY),
    "receipt": Route(AGENCY | SUPERVISOR, "receipt"),
    "receipt-print": Route(AGENCY | SUPERVISOR, "receipt"),
    "receipt-assign": Route(REVIEWER, "receipt"),
    "receipt-return": Route(REVIEWER, "receipt"),
    # Bank files
    "bank-files": Route(AGENCY | SUPERVISOR),
    "bank-file-new": Route(CLERK),
    "bank-file": Route(AGENCY | SUPERVISOR, "bank file"),
    "bank-file-check": Route(CLERK, "bank file", post=True),
    "bank-file-import": Route(CLERK, "bank file", post=True),
    "bank-file-steer": Route(CLERK, "bank file", post=True),
    "bank-file-discard": Route(CLERK, "bank file", post=True),
    "bank-file-lines": Route(AGENCY | SUPERVISOR, "bank file"),
    "bank-file-original": Route(AGENCY | SUPERVISOR, "bank file"),
    "bank-file-return": Route(REVIEWER, "bank return"),
    # What schools collected
    "collections": Route(AGENCY | SUPERVISOR | {R.SCHOOL}),
    "collection-new": Route(CLERK | {R.SCHOOL}),
    "collection": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "collection"),
    "collection-print": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "collection"),
    "collection-record": Route(CLERK, "collection"),
    "collection-withdraw": Route(CLERK | {R.SCHOOL}, "collection"),
    # How contributions come in
    "cockpit": Route(SEES_RESIDENTS),
    "cockpit-office": Route(SEES_RESIDENTS, "figures"),
    "cockpit-export": Route(SEES_RESIDENTS, "figures"),
    "call-list": Route(SEES_RESIDENTS, "payers"),
    "call-list-print": Route(SEES_RESIDENTS, "payers"),
    "call-list-export": Route(SEES_RESIDENTS, "payers"),
    "office-notices": Route(SEES_RESIDENTS, "payers"),
    "collection-list": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "school"),
    "collection-list-export": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "school"),
    # Lists and schools (W4, W9, W10)
    "lists": Route(AGENCY | SUPERVISOR | {R.SCHOOL}),
    "list-new": Route(CLERK | {R.SCHOOL}),
    "list-template": Route(CLERK | {R.SCHOOL}, "template"),
    "list": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "list"),
    "list-check": Route(CLERK | {R.SCHOOL}, "list", post=True),
    "list-apply": Route(CLERK | {R.SCHOOL}, "list", post=True),
    "list-steer": Route(CLERK | {R.SCHOOL}, "list", post=True),
    "list-discard": Route(CLERK | {R.SCHOOL}, "list", post=True),
    "list-record": Route(AGENCY, "list", post=True),
    "list-refused": Route(CLERK | {R.SCHOOL}, "list"),
    "schools": Route(AGENCY | SUPERVISOR | {R.SCHOOL}),
    "school-classes": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "school"),
    "school-class": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "school"),
    "school-export": Route(AGENCY | SUPERVISOR | {R.SCHOOL}, "school"),
    "school-year": Route(frozenset({R.SCHOOL}), "school"),
    # Households
    "household": Route(SEES_RESIDENTS - {R.SCHOOL}, "household"),
    "household-new": Route(CLERK | {R.COMMUNITY}, "resident"),
    "household-edit": Route(CLERK | {R.COMMUNITY}, "household"),
    "household-member-new": Route(CLERK | {R.COMMUNITY}, "household"),
    "household-member-remove": Route(CLERK | {R.COMMUNITY}, "household", post=True),
    # Certificates and cards (W7)
    "cards": Route(SEES_RESIDENTS),
    "cards-due": Route(SEES_RESIDENTS),
    "cards-make": Route(CLERK, post=True),
    "cards-hand-over": Route(CLERK, post=True),
    "cards-hand-out": Route(CLERK | {R.COMMUNITY}),
    "cards-send-on": Route(CLERK | {R.COMMUNITY}, post=True),
    "cards-sheet": Route(SEES_RESIDENTS),
    "card": Route(SEES_RESIDENTS, "card"),
    "certificate-print": Route(SEES_RESIDENTS, "card"),
    "card-hand-out": Route(CLERK | {R.COMMUNITY}, "card", post=True),
    "card-undo": Route(CLERK | {R.COMMUNITY}, "card", post=True),
    "card-loss": Route(COUNTER | CLERK, "card"),
    "card-find": Route(COUNTER | CLERK, "card", post=True),
    "card-replace": Route(CLERK, "card"),
    "card-take-in": Route(CLERK | {R.COMMUNITY}, "card"),
    "card-make": Route(CLERK, "resident", post=True),
    # Misuse of cards (S1)
    "misuse-cases": Route(AGENCY | SUPERVISOR),
    "misuse-case": Route(AGENCY | SUPERVISOR, "misuse"),
    "misuse-new": Route(CLERK, "resident"),
    "misuse-edit": Route(CLERK, "misuse"),
    "misuse-decide": Route(REVIEWER, "misuse"),
    "misuse-dismiss": Route(REVIEWER, "misuse"),
    "misuse-revoke": Route(REVIEWER, "misuse"),
    "misuse-payment": Route(CLERK, "misuse"),
    "misuse-decision": Route(AGENCY | SUPERVISOR, "misuse"),
    # Claims (D, A)
    "stays": Route(SEES_STAYS),
    "stay-new": Route(CLERK | HOSPITAL),
    "stay-person": Route(CLERK | HOSPITAL, post=True),
    "stay": Route(SEES_STAYS, "stay"),
    "stay-edit": Route(CLERK | HOSPITAL, "stay"),
    "stay-cancel": Route(CLERK | HOSPITAL, "stay"),
    "stay-lines": Route(CLERK | HOSPITAL, "stay", post=True),
    "stay-line-delete": Route(CLERK | HOSPITAL, "stay", post=True),
    "stay-discharge": Route(CLERK | HOSPITAL, "stay"),
    "stay-undischarge": Route(CLERK | HOSPITAL, "stay", post=True),
    "stay-calculation": Route(SEES_STAYS, "stay"),
    "stay-settle": Route(AGENCY | HOSPITAL, "stay", post=True),
    "settlement": Route(SEES_STAYS, "settlement"),
    "corrections": Route(AGENCY | SUPERVISOR),
    "correction-leave": Route(REVIEWER, "settlement"),
    "settlement-recompute": Route(SEES_STAYS, "settlement"),
    "settlement-print": Route(SEES_STAYS, "settlement"),
    "settlement-reverse": Route(REVIEWER | HOSPITAL, "settlement", post=True),
    "referrals": Route(SEES_STAYS),
    "referral-new": Route(CLERK | HOSPITAL),
    "referral": Route(SEES_STAYS, "referral"),
    "referral-approve": Route(REVIEWER, "referral", post=True),
    "referral-deny": Route(REVIEWER, "referral", post=True),
    # Specified outpatient diseases (A5)
    "outpatient-approvals": Route(SEES_STAYS),
    "outpatient-new": Route(CLERK | HOSPITAL),
    "outpatient-approval": Route(SEES_STAYS, "outpatient"),
    "outpatient-approve": Route(REVIEWER, "outpatient", post=True),
    "outpatient-deny": Route(REVIEWER, "outpatient", post=True),
    "outpatient-end": Route(REVIEWER, "outpatient", post=True),
    "outpatient-decision": Route(SEES_STAYS, "outpatient"),
    "outpatient-claim": Route(CLERK | HOSPITAL, "outpatient"),
    "outpatient-withdraw": Route(CLERK | HOSPITAL, "stay"),
    "catalogue": Route(SEES_INSTITUTIONS),
    "catalogue-export": Route(SEES_INSTITUTIONS),
    "catalogue-template": Route(CLERK),
    "catalogue-item": Route(SEES_INSTITUTIONS, "item"),
    "catalogue-versions": Route(SEES_VERSIONS),
    "catalogue-version-new": Route(CLERK),
    "catalogue-version": Route(SEES_VERSIONS, "catalogue version"),
    "catalogue-version-check": Route(AGENCY, "catalogue version", post=True),
    "catalogue-version-apply": Route(REVIEWER, "catalogue version", post=True),
    "catalogue-version-steer": Route(AGENCY, "catalogue version", post=True),
    "catalogue-version-discard": Route(CLERK, "catalogue version", post=True),
    "catalogue-version-refused": Route(SEES_VERSIONS, "catalogue version"),
    "catalogue-version-file": Route(SEES_VERSIONS, "catalogue version"),
    "item-options": Route(CLERK | HOSPITAL),
    "diagnosis-options": Route(CLERK | HOSPITAL),
    "institutions": Route(SEES_INSTITUTIONS),
    "institution": Route(SEES_INSTITUTIONS, "institution"),
    "institution-new": Route(ADMINISTRATOR),
    "institution-edit": Route(ADMINISTRATOR, "institution"),
    "institution-grade": Route(ADMINISTRATOR, "institution", post=True),
    "client": Route(AGENCY | SUPERVISOR | ADMINISTRATOR, "institution"),
    "client-open": Route(ADMINISTRATOR, "institution", post=True),
    "client-secret": Route(ADMINISTRATOR, "institution", post=True),
    "client-secret-end": Route(ADMINISTRATOR, "institution", post=True),
    "client-close": Route(ADMINISTRATOR, "institution", post=True),
    "institution-designation": Route(ADMINISTRATOR, "institution", post=True),
    "institution-designation-end": Route(ADMINISTRATOR, "designation", post=True),
    "institution-specialty": Route(ADMINISTRATOR, "institution", post=True),
    "institution-specialty-end": Route(ADMINISTRATOR, "specialty", post=True),
    "entitlement": Route(SEES_STAYS),
    # Funds (F)
    "statements": Route(SEES_STATEMENTS),
    "statement-new": Route(CLERK),
    "statement": Route(SEES_STATEMENTS, "statement"),
    "statement-redraw": Route(CLERK, "statement", post=True),
    "statement-discard": Route(CLERK, "statement", post=True),
    "statement-issue": Route(REVIEWER, "statement", post=True),
    "statement-persons": Route(SEES_STATEMENTS, "statement"),
    "statement-print": Route(SEES_STATEMENTS, "statement"),
    "statement-export": Route(SEES_STATEMENTS, "statement"),
    "subsidy-receipt-new": Route(CLERK, "statement"),
    "journal": Route(SEES_JOURNAL),
    "journal-post": Route(AGENCY, post=True),
    "journal-entry": Route(SEES_JOURNAL, "entry"),
    "trial-balance": Route(SEES_JOURNAL),
    # Long runs
    "runs": Route(AGENCY | SUPERVISOR),
    "run": Route(AGENCY | SUPERVISOR, "run"),
    "run-pause": Route(AGENCY, "run", post=True),
    "run-resume": Route(AGENCY, "run", post=True),
    "run-cancel": Route(AGENCY, "run", post=True),
}
