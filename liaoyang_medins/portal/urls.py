from django.urls import path

from .views.audit_log import audit_export, audit_log
from .views.home import home
from .views.life import changes, merges, transfers
from .views.offices import office, office_new, offices
from .views.residents import resident, resident_reveal
from .views.search import search
from .views.stand_ins import stand_in_end, stand_ins
from .views.users import (
    posting_end,
    posting_head,
    posting_new,
    user,
    user_new,
    user_password,
    users,
    work_hand_over,
    work_left,
)
from .views.year import contribution_year, contribution_year_start

urlpatterns = [
    path("", home, name="home"),
    path("search/", search, name="search"),
    path("residents/<slug:number>/", resident, name="resident"),
    path("residents/<slug:number>/id-number/", resident_reveal, name="resident-reveal"),
    path("residents/<slug:number>/change/", changes.resident_change, name="resident-change"),
    path("residents/<slug:number>/correct/", changes.resident_correct, name="resident-correct"),
    path("residents/<slug:number>/edit/", changes.resident_edit, name="resident-edit"),
    path("residents/<slug:number>/circumstances/new/", changes.circumstance_new, name="circumstance-new"),
    path("residents/<slug:number>/circumstances/<int:pk>/end/", changes.circumstance_end, name="circumstance-end"),
    path("residents/<slug:number>/circumstances/<int:pk>/void/", changes.circumstance_void, name="circumstance-void"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/ask/", transfers.transfer_ask, name="transfer-ask"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<int:pk>/answer/", transfers.transfer_answer, name="transfer-answer"),
    path("transfers/<int:pk>/withdraw/", transfers.transfer_withdraw, name="transfer-withdraw"),
    path("double-records/", merges.merges, name="merges"),
    path("double-records/new/", merges.merge_new, name="merge-new"),
    path("double-records/<int:pk>/", merges.merge, name="merge"),
    path("double-records/<int:pk>/approve/", merges.merge_approve, name="merge-approve"),
    path("double-records/<int:pk>/reject/", merges.merge_reject, name="merge-reject"),
    path("administration/users/", users, name="users"),
    path("administration/users/new/", user_new, name="user-new"),
    path("administration/user/<str:username>/", user, name="user"),
    path("administration/user/<str:username>/password/", user_password, name="user-password"),
    path("administration/user/<str:username>/postings/new/", posting_new, name="posting-new"),
    path("administration/postings/<int:posting_id>/end/", posting_end, name="posting-end"),
    path("administration/postings/<int:posting_id>/head/", posting_head, name="posting-head"),
    path("administration/work-left/", work_left, name="work-left"),
    path("administration/work-left/<str:username>/", work_hand_over, name="work-hand-over"),
    path("stand-ins/", stand_ins, name="stand-ins"),
    path("stand-ins/<int:pk>/end/", stand_in_end, name="stand-in-end"),
    path("administration/offices/", offices, name="offices"),
    path("administration/offices/new/", office_new, name="office-new"),
    path("administration/offices/<slug:code>/", office, name="office"),
    path("audit/", audit_log, name="audit-log"),
    path("audit/export/", audit_export, name="audit-export"),
    path("contribution-year/", contribution_year, name="contribution-year"),
    path("contribution-year/start/", contribution_year_start, name="contribution-year-start"),
]
