"""Which address of the desk answers with what? All under /admin/desk/."""

from django.urls import include, path

from . import (
    access,
    certificates,
    decision_urls,
    invitations,
    learners,
    mentor_acts,
    mentor_applications,
    mentors,
    overview,
    requests,
)
from .money import concerns, coupons, funds, intakes, invoices, ledger, orders, plans, refunds, rules
from .shadowing import audits, disputes, shifts, titles
from .shadowing import overview as days

__all__ = ["access", "pages", "urlpatterns"]  # access: importing it registers the desk's own rules

pages = [
    path("requests/", requests.request_list, name="request_list"),
    path("requests/<int:request_id>/", requests.request_detail, name="request_detail"),
    path("requests/<int:request_id>/confirm/", requests.request_confirm, name="request_confirm"),
    path("requests/<int:request_id>/decline/", requests.request_decline, name="request_decline"),
    path("certificates/", certificates.certificate_list, name="certificate_list"),
    path("certificates/<int:certificate_id>/", certificates.certificate_detail, name="certificate_detail"),
    path("certificates/<int:certificate_id>/suspend/", certificates.certificate_suspend, name="certificate_suspend"),
    path(
        "certificates/<int:certificate_id>/reinstate/", certificates.certificate_reinstate, name="certificate_reinstate"
    ),
    path("certificates/<int:certificate_id>/replace/", certificates.certificate_replace, name="certificate_replace"),
    path("invoices/", invoices.invoice_list, name="invoice_list"),
    path("invoices/<int:paper_id>/", invoices.invoice_detail, name="invoice_detail"),
    path("invoices/<int:paper_id>/confirm/", invoices.invoice_confirm, name="invoice_confirm"),
    path("invoices/<int:paper_id>/cancel/", invoices.invoice_cancel, name="invoice_cancel"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/<int:order_id>/", orders.order_detail, name="order_detail"),
    path("orders/<int:order_id>/transfer/", orders.order_transfer, name="order_transfer"),
    path("orders/<int:order_id>/cancel/", orders.order_cancel, name="order_cancel"),
    path("orders/<int:order_id>/end-months/", orders.order_end_months, name="order_end_months"),
    path("orders/<int:order_id>/ask/", orders.order_ask, name="order_ask"),
    path("orders/<int:order_id>/refund/", refunds.order_refund, name="order_refund"),
    path("concerns/", concerns.concern_list, name="concern_list"),
    path("concerns/<int:concern_id>/", concerns.concern_detail, name="concern_detail"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/csv/", ledger.ledger_csv, name="ledger_csv"),
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<int:plan_id>/", plans.plan_detail, name="plan_detail"),
    path("plans/<int:plan_id>/change/", plans.plan_change, name="plan_change"),
    path("plans/<int:plan_id>/close/", plans.plan_close, name="plan_close"),
    path("intakes/", intakes.intake_list, name="intake_list"),
    path("intakes/new/", intakes.intake_new, name="intake_new"),
    path("intakes/<int:intake_id>/", intakes.intake_detail, name="intake_detail"),
    path("intakes/<int:intake_id>/change/", intakes.intake_change, name="intake_change"),
    path("intakes/<int:intake_id>/close/", intakes.intake_close, name="intake_close"),
    path("intakes/<int:intake_id>/offer/", intakes.intake_offer, name="intake_offer"),
    path("refund-rules/", rules.rule_list, name="rule_list"),
    path("refund-rules/<int:programme_id>/", rules.refund_rules, name="refund_rules"),
    path("coupons/", coupons.coupon_list, name="coupon_list"),
    path("coupons/new/", coupons.coupon_new, name="coupon_new"),
    path("coupons/<int:coupon_id>/", coupons.coupon_end, name="coupon_end"),
    path("funds/", funds.fund_list, name="fund_list"),
    path("funds/new/", funds.fund_new, name="fund_new"),
    path("funds/<int:fund_id>/", funds.fund_detail, name="fund_detail"),
    path("funds/<int:fund_id>/csv/", funds.fund_csv, name="fund_csv"),
    path("funds/<int:fund_id>/award/", funds.fund_award, name="fund_award"),
    path("funds/<int:fund_id>/close/", funds.fund_close, name="fund_close"),
    path("scholarships/<int:scholarship_id>/", funds.scholarship_take_back, name="scholarship_take_back"),
    path("invitations/", invitations.invitation_list, name="invitation_list"),
    path("invitations/new/", invitations.invitation_new, name="invitation_new"),
    path("mentors/", mentors.mentor_list, name="mentor_list"),
    path("mentors/new/", mentor_acts.mentor_new, name="mentor_new"),
    path("mentors/<int:mentor_id>/", mentors.mentor_detail, name="mentor_detail"),
    path("mentors/<int:mentor_id>/renew/", mentor_acts.mentor_renew, name="mentor_renew"),
    path("mentors/<int:mentor_id>/suspend/", mentor_acts.mentor_suspend, name="mentor_suspend"),
    path("mentors/<int:mentor_id>/reinstate/", mentor_acts.mentor_reinstate, name="mentor_reinstate"),
    path("mentors/<int:mentor_id>/resume/", mentor_acts.mentor_resume, name="mentor_resume"),
    path("mentors/applications/", mentor_applications.application_list, name="application_list"),
    path(
        "mentors/applications/<int:application_id>/", mentor_applications.application_detail, name="application_detail"
    ),
    path(
        "mentors/applications/<int:application_id>/accept/",
        mentor_applications.application_accept,
        name="application_accept",
    ),
    path(
        "mentors/applications/<int:application_id>/decline/",
        mentor_applications.application_decline,
        name="application_decline",
    ),
    path("mentors/invitations/", mentor_applications.mentor_invitation_list, name="mentor_invitation_list"),
    path("mentors/invitations/new/", mentor_applications.mentor_invite, name="mentor_invite"),
    path("shadowing/", days.shadowing, name="shadowing"),
    path("shadowing/mentors/", days.mentor_load_list, name="mentor_load_list"),
    path("shadowing/mentors/<int:mentor_id>/", days.mentor_figures, name="mentor_figures"),
    path("shadowing/shifts/", shifts.shadow_shift_list, name="shadow_shift_list"),
    path("shadowing/shifts/<int:shift_id>/", shifts.shadow_shift_detail, name="shadow_shift_detail"),
    path("shadowing/shifts/<int:shift_id>/void/", shifts.shadow_shift_void, name="shadow_shift_void"),
    path("shadowing/shifts/<int:shift_id>/title/", titles.title_read, name="title_read"),
    path("shadowing/disputes/", disputes.shadow_dispute_list, name="shadow_dispute_list"),
    path("shadowing/disputes/<int:dispute_id>/", disputes.shadow_dispute_detail, name="shadow_dispute_detail"),
    path(
        "shadowing/disputes/<int:dispute_id>/compare/", disputes.shadow_dispute_compare, name="shadow_dispute_compare"
    ),
    path("shadowing/disputes/<int:dispute_id>/letter/", disputes.shadow_dispute_letter, name="shadow_dispute_letter"),
    path("shadowing/disputes/<int:dispute_id>/decide/", disputes.shadow_dispute_decide, name="shadow_dispute_decide"),
    path("shadowing/audits/", audits.audit_list, name="audit_list"),
    path("shadowing/audits/<int:audit_id>/", audits.audit_detail, name="audit_detail"),
    path("shadowing/audits/<int:audit_id>/letter/", audits.audit_letter, name="audit_letter"),
    path("shadowing/audits/<int:audit_id>/close/", audits.audit_close, name="audit_close"),
    path("learners/", learners.learner_list, name="learner_list"),
    path("learners/<int:enrolment_id>/", learners.learner_detail, name="learner_detail"),
    *decision_urls.pages,
]

urlpatterns = [
    path("", overview.overview, name="cms_desk"),
    path("", include((pages, "desk"))),
    path("", include((decision_urls.ombud_pages, "ombud"))),
]
