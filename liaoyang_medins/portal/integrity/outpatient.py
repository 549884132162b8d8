"""Outpatient diseases and their claims: A5 (Art. 25)."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

APPROVAL = "outpatient_outpatientapproval"

CLAIM = sql_check(
    "outpatient.claim",
    "A5",
    _("A claim of outpatient treatment lies inside an approval of its person and institution; a stay has none."),
    table="claims_stay",
    rows="claims_stay WHERE outpatient",
    sql="""
        SELECT stay.number AS row, approval.number AS approval, approval.starts, approval.ends
        FROM claims_stay stay
        LEFT JOIN outpatient_outpatientclaim claim ON claim.stay_id = stay.id
        LEFT JOIN outpatient_outpatientapproval approval ON approval.id = claim.approval_id
        WHERE stay.outpatient <> (claim.id IS NOT NULL) OR (stay.outpatient AND (
            approval.resident_id <> stay.resident_id OR approval.institution_id <> stay.institution_id
            OR (stay.status <> 'cancelled' AND (approval.status NOT IN ('approved', 'ended')
                OR stay.discharged_on IS NULL
                OR stay.admitted_on < approval.starts OR stay.discharged_on > approval.ends))
        ))
    """,
    words=_("Its approval %(approval)s (%(starts)s to %(ends)s) does not cover it."),
)

TWICE = sql_check(
    "outpatient.twice",
    "A5",
    _("No day is claimed twice on an approval."),
    table=APPROVAL,
    sql="""
        SELECT approval.number AS row, one.number AS one, other.number AS other
        FROM outpatient_outpatientapproval approval
        JOIN outpatient_outpatientclaim first ON first.approval_id = approval.id
        JOIN claims_stay one ON one.id = first.stay_id AND one.status <> 'cancelled'
        JOIN outpatient_outpatientclaim second ON second.approval_id = approval.id AND second.id > first.id
        JOIN claims_stay other ON other.id = second.stay_id AND other.status <> 'cancelled'
        WHERE one.admitted_on <= other.discharged_on AND other.admitted_on <= one.discharged_on
    """,
    words=_("%(one)s and %(other)s share a day."),
)

DECISION = sql_check(
    "outpatient.decision",
    "A5",
    _("A decision on an outpatient disease is kept in writing, and made by somebody who did not ask."),
    table=APPROVAL,
    sql="""
        SELECT approval.number AS row,
            CASE WHEN approval.made_by_id = approval.decided_by_id THEN 'own' ELSE 'paper' END AS problem
        FROM outpatient_outpatientapproval approval
        LEFT JOIN papers_keptpaper paper ON paper.object_type = 'outpatient.outpatientapproval'
            AND paper.object_number = approval.number AND paper.kind = 'outpatient_decision'
        WHERE (approval.status <> 'requested') <> (paper.id IS NOT NULL)
            OR approval.made_by_id = approval.decided_by_id
    """,
    words={
        "own": _("Who asked for it decided on it."),
        "paper": _("It has no written decision, or has one and is not decided."),
    },
)

CHECKS = (CLAIM, TWICE, DECISION)
