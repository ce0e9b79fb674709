"""Which addresses has the renewal of a certificate? All under /certificates/<number>/renewal/."""

from django.urls import path

from . import renewal_views

urlpatterns = [
    path("", renewal_views.renewal, name="renewal"),
    path("ask/", renewal_views.ask, name="renewal_ask"),
    path("credits/new/", renewal_views.credit_new, name="credit_new"),
    path("credits/<int:entry_id>/file/", renewal_views.credit_file, name="credit_file"),
    path("credits/<int:entry_id>/withdraw/", renewal_views.credit_withdraw, name="credit_withdraw"),
]
