"""Which address of the desk answers with what? All under /admin/desk/."""

from django.urls import include, path

from . import access, certificates, invitations, learners, mentors, overview, requests
from .money import concerns, invoices, ledger, orders, prices, reductions

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
    path("certificates/<int:certificate_id>/revoke/", certificates.certificate_revoke, name="certificate_revoke"),
    path("certificates/<int:certificate_id>/replace/", certificates.certificate_replace, name="certificate_replace"),
    path("invoices/", invoices.invoice_list, name="invoice_list"),
    path("invoices/<int:number>/", invoices.invoice_detail, name="invoice_detail"),
    path("invoices/<int:number>/confirm/", invoices.invoice_confirm, name="invoice_confirm"),
    path("invoices/<int:number>/cancel/", invoices.invoice_cancel, name="invoice_cancel"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/<int:order_id>/", orders.order_detail, name="order_detail"),
    path("orders/<int:order_id>/transfer/", orders.order_transfer, name="order_transfer"),
    path("orders/<int:order_id>/cancel/", orders.order_cancel, name="order_cancel"),
    path("orders/<int:order_id>/ask/", orders.order_ask, name="order_ask"),
    path("orders/<int:order_id>/refund/", orders.order_refund, name="order_refund"),
    path("concerns/", concerns.concern_list, name="concern_list"),
    path("concerns/<int:concern_id>/", concerns.concern_detail, name="concern_detail"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/csv/", ledger.ledger_csv, name="ledger_csv"),
    path("plans/", prices.plan_list, name="plan_list"),
    path("plans/new/", prices.plan_new, name="plan_new"),
    path("plans/<int:plan_id>/", prices.plan_close, name="plan_close"),
    path("intakes/", prices.intake_list, name="intake_list"),
    path("intakes/new/", prices.intake_new, name="intake_new"),
    path("intakes/<int:intake_id>/", prices.intake_detail, name="intake_detail"),
    path("intakes/<int:intake_id>/offer/", prices.intake_offer, name="intake_offer"),
    path("refund-rules/", prices.rule_list, name="rule_list"),
    path("refund-rules/<int:programme_id>/", prices.refund_rules, name="refund_rules"),
    path("coupons/", reductions.coupon_list, name="coupon_list"),
    path("coupons/new/", reductions.coupon_new, name="coupon_new"),
    path("coupons/<int:coupon_id>/", reductions.coupon_detail, name="coupon_detail"),
    path("funds/", reductions.fund_list, name="fund_list"),
    path("funds/new/", reductions.fund_new, name="fund_new"),
    path("funds/<int:fund_id>/", reductions.fund_detail, name="fund_detail"),
    path(
        "scholarships/<int:scholarship_id>/take-back/", reductions.scholarship_take_back, name="scholarship_take_back"
    ),
    path("invitations/", invitations.invitation_list, name="invitation_list"),
    path("invitations/new/", invitations.invitation_new, name="invitation_new"),
    path("mentors/", mentors.mentor_list, name="mentor_list"),
    path("mentors/new/", mentors.mentor_new, name="mentor_new"),
    path("mentors/<int:mentor_id>/", mentors.mentor_detail, name="mentor_detail"),
    path("mentors/<int:mentor_id>/renew/", mentors.mentor_renew, name="mentor_renew"),
    path("mentors/<int:mentor_id>/suspend/", mentors.mentor_suspend, name="mentor_suspend"),
    path("mentors/<int:mentor_id>/reinstate/", mentors.mentor_reinstate, name="mentor_reinstate"),
    path("learners/", learners.learner_list, name="learner_list"),
    path("learners/<int:enrolment_id>/", learners.learner_detail, name="learner_detail"),
]

urlpatterns = [path("", overview.overview, name="cms_desk"), path("", include((pages, "desk")))]
