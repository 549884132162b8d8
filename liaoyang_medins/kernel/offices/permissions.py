"""The one table of who may do what: verb → roles. Services, views and templates all ask it.

What a role sees of the data is a second question: the scope of its office, which every selector applies.
"""

from .roles import Role

R = Role

_COUNTER = {R.COMMUNITY, R.SCHOOL}
_CHAIN = _COUNTER | {R.SUBDISTRICT, R.DISTRICT}
_AGENCY = {R.AGENCY_CLERK, R.AGENCY_REVIEWER}
_FINANCE = {R.CITY_FINANCE, R.DISTRICT_FINANCE}

MAY: dict[str, frozenset[Role]] = {
    verb: frozenset(roles)
    for verb, roles in {
        # Residents and registrations (W1 to W4, W9)
        "residents.see": _CHAIN | _AGENCY | {R.SUPERVISOR},
        "residents.reveal": _CHAIN | _AGENCY | {R.SUPERVISOR},
        "residents.change": _COUNTER | {R.AGENCY_CLERK},
        "residents.correct": {R.COMMUNITY, R.AGENCY_CLERK},
        "transfers.see": {R.COMMUNITY} | _AGENCY,
        "transfers.ask": {R.COMMUNITY},
        "transfers.answer": {R.COMMUNITY} | _AGENCY,
        "merges.see": _AGENCY | {R.SUPERVISOR},
        "merges.propose": {R.AGENCY_CLERK},
        "merges.decide": {R.AGENCY_REVIEWER},
        "registrations.see": _CHAIN | _AGENCY | {R.SUPERVISOR},
        "registrations.register": _COUNTER,
        "registrations.forward": _COUNTER | {R.SUBDISTRICT},
        "registrations.review": {R.DISTRICT, R.AGENCY_CLERK, R.AGENCY_REVIEWER},
        "registrations.undo": _CHAIN,
        "registrations.record": _AGENCY,
        "registrations.refuse": {R.COMMUNITY, R.SCHOOL, R.DISTRICT, R.AGENCY_CLERK, R.AGENCY_REVIEWER},
        # Notices, receipts, benefit periods (C, W5 to W8)
        "notices.see": _CHAIN | _AGENCY | {R.SUPERVISOR},
        "notices.make": _COUNTER | _AGENCY,
        "cockpit.see": _CHAIN | _AGENCY | {R.SUPERVISOR},
        "window.see": _AGENCY | {R.SUPERVISOR},
        "window.open": {R.AGENCY_CLERK},
        "window.remind": {R.AGENCY_CLERK},
        "window.close": {R.AGENCY_CLERK},
        "benefits.start": {R.AGENCY_CLERK},
        "receipts.see": _AGENCY | {R.SUPERVISOR},
        "receipts.record": {R.AGENCY_CLERK},
        "receipts.resolve": {R.AGENCY_REVIEWER},
        "bankfiles.see": _AGENCY | {R.SUPERVISOR},
        "bankfiles.import": {R.AGENCY_CLERK},
        "collections.see": {R.SCHOOL, R.SUPERVISOR} | _AGENCY,
        "collections.hand_in": {R.SCHOOL, R.AGENCY_CLERK},
        # Households
        "households.see": {R.COMMUNITY, R.SUBDISTRICT, R.DISTRICT, R.SUPERVISOR} | _AGENCY,
        "households.change": {R.COMMUNITY, R.AGENCY_CLERK},
        # Certificates and cards (W7), their misuse (S1)
        "cards.see": _CHAIN | _AGENCY | {R.SUPERVISOR},
        "cards.make": {R.AGENCY_CLERK},
        "cards.hand_out": {R.COMMUNITY, R.AGENCY_CLERK},
        "cards.report_loss": _COUNTER | {R.AGENCY_CLERK},
        "cards.take_in": {R.COMMUNITY, R.AGENCY_CLERK},
        "misuse.see": _AGENCY | {R.SUPERVISOR},
        "misuse.open": {R.AGENCY_CLERK},
        "misuse.decide": {R.AGENCY_REVIEWER},
        "misuse.recover": {R.AGENCY_CLERK},
        # Lists from other authorities and schools, classes (W4, W9, W10)
        "lists.see": _AGENCY | {R.SCHOOL, R.SUPERVISOR},
        "lists.upload": {R.AGENCY_CLERK, R.SCHOOL},
        "classes.see": _AGENCY | {R.SCHOOL, R.SUPERVISOR},
        "classes.change": {R.SCHOOL},
        # Institutions, catalogue, stays (D, A)
        "institutions.see": _AGENCY | {R.HOSPITAL, R.SUPERVISOR, R.ADMINISTRATOR},
        "institutions.manage": {R.ADMINISTRATOR},
        "institutions.agreements": _AGENCY | {R.SUPERVISOR, R.ADMINISTRATOR},
        "clients.see": _AGENCY | {R.SUPERVISOR, R.ADMINISTRATOR},
        "clients.manage": {R.ADMINISTRATOR},
        "catalogue.see": _AGENCY | {R.HOSPITAL, R.SUPERVISOR, R.ADMINISTRATOR},
        "catalogue.versions": _AGENCY | {R.SUPERVISOR, R.ADMINISTRATOR},
        "catalogue.upload": {R.AGENCY_CLERK},
        "catalogue.apply": {R.AGENCY_REVIEWER},
        "referrals.see": _AGENCY | {R.HOSPITAL, R.SUPERVISOR},
        "referrals.enter": {R.AGENCY_CLERK, R.HOSPITAL},
        "referrals.approve": {R.AGENCY_REVIEWER},
        "stays.see": _AGENCY | {R.HOSPITAL, R.SUPERVISOR},
        "stays.enter": {R.AGENCY_CLERK, R.HOSPITAL},
        "stays.settle": {R.AGENCY_CLERK, R.AGENCY_REVIEWER, R.HOSPITAL},
        "stays.reverse": {R.AGENCY_REVIEWER, R.HOSPITAL},
        "outpatient.see": _AGENCY | {R.HOSPITAL, R.SUPERVISOR},
        "outpatient.ask": {R.AGENCY_CLERK, R.HOSPITAL},
        "outpatient.decide": {R.AGENCY_REVIEWER},
        "reviews.see": _AGENCY | {R.SUPERVISOR},
        "reviews.examine": {R.AGENCY_CLERK},
        "reviews.release": _AGENCY,
        "account.see": {R.HOSPITAL},
        "accounts.see": _AGENCY | {R.SUPERVISOR},
        "handover.see": _AGENCY | {R.SUPERVISOR},
        "handover.draft": {R.AGENCY_CLERK},
        "handover.issue": {R.AGENCY_REVIEWER},
        "handover.discard": _AGENCY,
        "handover.reveal": _AGENCY,
        "corrections.see": _AGENCY | {R.SUPERVISOR},
        "corrections.close": {R.AGENCY_REVIEWER},
        # Reports of suspected violations, checks of institutions (S1, S2)
        "reports.see": _AGENCY | {R.SUPERVISOR},
        "reports.enter": _AGENCY,
        "reports.handle": _AGENCY,
        "inspections.see": _AGENCY | {R.SUPERVISOR},
        "inspections.enter": {R.AGENCY_CLERK},
        "inspections.decide": {R.AGENCY_REVIEWER},
        # Findings of suspicious patterns (S2)
        "watch.see": _AGENCY | {R.SUPERVISOR},
        "watch.look": {R.SUPERVISOR},
        "watch.assign": {R.SUPERVISOR},
        "watch.answer": _AGENCY,
        "watch.close": {R.SUPERVISOR},
        # Manual reimbursement (A2, A3): who releases and pays is not who enters
        "reimbursements.see": _AGENCY | {R.SUPERVISOR},
        "reimbursements.enter": {R.AGENCY_CLERK},
        "reimbursements.release": {R.AGENCY_REVIEWER},
        "reimbursements.pay": {R.AGENCY_REVIEWER},
        # Paying institutions (A4, S1): who examines, checks, approves are three people; who pays enters no account
        "declarations.see": _AGENCY | {R.HOSPITAL, R.CITY_FINANCE, R.SUPERVISOR},
        "declarations.draw": {R.AGENCY_CLERK},
        "declarations.confirm": {R.HOSPITAL, R.AGENCY_CLERK},
        "declarations.examine": {R.AGENCY_CLERK},
        "declarations.check": {R.AGENCY_REVIEWER},
        "declarations.approve": {R.AGENCY_REVIEWER},
        "declarations.send_back": _AGENCY,
        "batches.see": _AGENCY | {R.SUPERVISOR},
        "batches.pay": {R.AGENCY_REVIEWER},
        "bank_accounts.see": _AGENCY | {R.HOSPITAL, R.SUPERVISOR},
        "bank_accounts.enter": {R.AGENCY_CLERK},
        "bank_accounts.confirm": {R.AGENCY_REVIEWER},
        # Funds (F)
        "statements.see": _FINANCE | _AGENCY | {R.SUPERVISOR},
        "statements.prepare": {R.AGENCY_CLERK},
        "statements.check": {R.AGENCY_REVIEWER},
        "statements.issue": {R.AGENCY_REVIEWER},
        "statements.book": {R.AGENCY_CLERK},
        "statements.unbook": {R.AGENCY_REVIEWER},
        "statements.export": _FINANCE | _AGENCY | {R.SUPERVISOR},
        "statements.remind": {R.AGENCY_CLERK},
        "journal.see": _AGENCY | {R.CITY_FINANCE, R.SUPERVISOR},
        "journal.post": {R.AGENCY_CLERK, R.AGENCY_REVIEWER},
        "documents.enter": {R.AGENCY_CLERK},
        "documents.check": {R.AGENCY_REVIEWER},
        "months.prepare": {R.AGENCY_CLERK},
        "months.close": {R.AGENCY_REVIEWER},
        "bankbook.import": {R.AGENCY_CLERK},
        "bankbook.match": {R.AGENCY_CLERK},
        # Supervision of the fund (Art. 31, 32)
        "supervision.see": _FINANCE | _AGENCY | {R.SUPERVISOR},
        "supervision.institutions": _AGENCY | {R.CITY_FINANCE, R.SUPERVISOR},
        "supervision.refresh": _AGENCY | {R.CITY_FINANCE, R.SUPERVISOR},
        # Figures for the public (Art. 31)
        "publications.see": _AGENCY | {R.CITY_FINANCE, R.SUPERVISOR},
        "publications.prepare": {R.AGENCY_CLERK},
        "publications.publish": {R.AGENCY_REVIEWER},
        "publications.discard": _AGENCY,
        # Long runs: each kind of run says besides which verb starts and steers it
        "runs.see": _AGENCY | {R.SUPERVISOR},
        "runs.steer": _AGENCY,
        # Administration and looking back
        "offices.manage": {R.ADMINISTRATOR},
        "users.manage": {R.ADMINISTRATOR},
        "audit.see": {R.SUPERVISOR, R.ADMINISTRATOR},
        # During leave: the head of an office names who stands in there
        "stand_ins.name": set(R),
        # The frame: everybody who is signed in
        "frame.use": set(R),
    }.items()
}
