"""Where is what a holder does with one certificate? Last among our addresses: a number is any word."""

from django.urls import path

from . import badge_views, holder_views

urlpatterns = [
    path("credentials/<uuid:public_id>/badge", badge_views.credential_badge, name="credential_badge"),
    path("certificates/<str:number>/", holder_views.certificate_own, name="own"),
    path("certificates/<str:number>/shown/", holder_views.certificate_shown, name="shown"),
    path("certificates/<str:number>/name/", holder_views.certificate_name, name="name"),
    path("certificates/<str:number>/name/withdraw/", holder_views.certificate_name_withdraw, name="name_withdraw"),
    path("certificates/<str:number>/share/", holder_views.certificate_share, name="share"),
    path("certificates/<str:number>/offer/", holder_views.certificate_offer, name="offer"),
    path("certificates/<str:number>/offer/end/", holder_views.certificate_offer_end, name="offer_end"),
]
