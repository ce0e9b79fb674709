"""Which address of the desk answers with what? All under /admin/desk/."""

from django.urls import include, path

from . import access, certificates, invitations, invoices, learners, mentors, overview, requests

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
