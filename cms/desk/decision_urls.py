"""Which addresses of the desk are about decisions, and which are the ombud's?"""

from django.urls import path

from . import cases, complaints, flags, requests, revocations

pages = [
    path("requests/<int:request_id>/ask/", requests.request_ask, name="request_ask"),
    path("certificates/<int:certificate_id>/revoke/", revocations.certificate_revoke, name="certificate_revoke"),
    path("certificates/<int:certificate_id>/end/", revocations.certificate_end, name="certificate_end"),
    path("certificates/<int:certificate_id>/case/", flags.case_open, name="case_open"),
    path("certificates/<int:certificate_id>/flags/<str:flag>/aside/", flags.flag_set_aside, name="flag_set_aside"),
    path("certificates/<int:certificate_id>/flags/<str:flag>/case/", flags.flag_case, name="flag_case"),
    path("rule-sets/<int:set_id>/error/", flags.rules_in_error, name="rules_in_error"),
    path("revocations/", revocations.revocation_list, name="revocation_list"),
    path("revocations/<int:proposal_id>/", revocations.revocation_detail, name="revocation_detail"),
    path("revocations/<int:proposal_id>/confirm/", revocations.revocation_confirm, name="revocation_confirm"),
    path("revocations/<int:proposal_id>/reject/", revocations.revocation_reject, name="revocation_reject"),
    path("revocations/<int:proposal_id>/take-back/", revocations.revocation_take_back, name="revocation_take_back"),
    path("cases/", cases.case_list, name="case_list"),
    path("cases/<int:case_id>/", cases.case_detail, name="case_detail"),
    path("cases/<int:case_id>/notice/", cases.case_notice, name="case_notice"),
    path("cases/<int:case_id>/suspend/", cases.case_suspend, name="case_suspend"),
    path("cases/<int:case_id>/decide/", cases.case_decide, name="case_decide"),
    path("cases/<int:case_id>/revoke/", cases.case_revoke, name="case_revoke"),
    path("cases/<int:case_id>/contact/", cases.case_contact, name="case_contact"),
]

ombud_pages = [
    path("complaints/", complaints.complaint_list, name="complaint_list"),
    path("complaints/<int:complaint_id>/", complaints.complaint_detail, name="complaint_detail"),
    path("complaints/<int:complaint_id>/answer/", complaints.complaint_answer, name="complaint_answer"),
    path("complaints/<int:complaint_id>/pass-on/", complaints.complaint_pass_on, name="complaint_pass_on"),
    path("complaints/<int:complaint_id>/close/", complaints.complaint_close, name="complaint_close"),
]
