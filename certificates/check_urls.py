"""Where does one check a certificate: by number, file, list or program?"""

from django.urls import path

from . import bulk_views, check_record_views, check_views, example_views, token_views
from .api import views as api

urlpatterns = [
    path("verify/", check_views.verify, name="verify"),
    path("verify/spot-a-fake/", check_views.spot_a_fake, name="spot_a_fake"),
    path("verify/bulk/", bulk_views.bulk, name="bulk"),
    path("verify/examples/<slug:which>/", example_views.example, name="example"),
    path("verify/examples/<slug:which>/example.<slug:form>", example_views.example_file, name="example_file"),
    path("verify/records/<str:number>/", check_record_views.check_record, name="check_record"),
    path("verify/<str:number>/record/", check_record_views.keep_record, name="keep_record"),
    path("accounts/tokens/", token_views.tokens, name="tokens"),
    path("accounts/tokens/<int:token_id>/end/", token_views.token_end, name="token_end"),
    path("api/v1/", api.index, name="api"),
    path("api/v1/openapi.json", api.openapi, name="api_openapi"),
    path("api/v1/docs", api.docs, name="api_docs"),
    path("api/v1/verify", api.verify, name="api_verify"),
    path("api/v1/credentials/verify", api.verify_credential, name="api_verify_credential"),
    path("api/v1/<path:rest>", api.nothing_here, name="api_nothing_here"),
]
