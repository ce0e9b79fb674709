"""Which addresses are ours?"""

from django.urls import include, path

from . import check_urls, public_views, register_urls, views
from .models import StatusPurpose

app_name = "certificates"
urlpatterns = [
    *check_urls.urlpatterns,  # before the numbers
    path("verify/<str:number>/", public_views.verify_number, name="verify_number"),
    path("credentials/<uuid:public_id>", public_views.credential, name="credential"),
    path("credentials/<uuid:public_id>.json", public_views.credential_json, name="credential_json"),
    path("credentials/<uuid:public_id>.jwt", public_views.credential_jwt, name="credential_jwt"),
    path("", include("certificates.paper_urls")),
    path(".well-known/did.json", public_views.did, name="did"),
    path(
        "status/revocation/<int:number>",
        public_views.status_list,
        {"purpose": StatusPurpose.REVOCATION},
        name="status_list",
    ),
    path(
        "status/suspension/<int:number>",
        public_views.status_list,
        {"purpose": StatusPurpose.SUSPENSION},
        name="suspension_list",
    ),
    path("achievements/<int:set_id>", public_views.achievement, name="achievement"),
    path("", include("certificates.wallet.urls")),
    path("log/", include("certificates.log_urls")),
    path("certificates/", views.certificate_list, name="list"),
    path("certificates/<int:enrolment_id>/ask/", views.ask, name="ask"),
    path("certificates/<str:number>/renewal/", include("certificates.renewal_urls")),
    *register_urls.urlpatterns,
    path("", include("certificates.decision_urls")),
    path("", include("certificates.holder_urls")),  # last: a number is any word
]
