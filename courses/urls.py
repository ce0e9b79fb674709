"""Which addresses are ours?"""

from django.urls import path

from . import order_views, paper_views, seat_views, views, webhook

app_name = "courses"
urlpatterns = [
    # Before the pages: no programme is called "invitations", and no module "enrol".
    path("programmes/invitations/<str:token>/", views.invitation, name="invitation"),
    path("programmes/seats/<str:token>/", seat_views.seat, name="seat"),
    path("programmes/<str:slug>/enrol/", order_views.enrol, name="enrol"),
    path("programmes/<str:slug>/places/", seat_views.buy_places, name="buy_places"),
    path("programmes/<str:slug>/waiting/", order_views.waiting, name="waiting"),
    path("payments/", order_views.payments, name="payments"),
    path("payments/orders/<str:reference>/", order_views.order, name="order"),
    path("payments/orders/<str:reference>/pay/", order_views.order_pay, name="order_pay"),
    path("payments/orders/<str:reference>/done/", order_views.order_done, name="order_done"),
    path("payments/orders/<str:reference>/back/", order_views.order_back, name="order_back"),
    path("payments/orders/<str:reference>/cancel/", order_views.order_cancel, name="order_cancel"),
    path("payments/papers/<slug:issuer>/<str:kind>-<int:number>/", paper_views.paper, name="paper"),
    path("payments/papers/<slug:issuer>/<str:kind>-<int:number>.pdf", paper_views.paper_pdf, name="paper_pdf"),
    path("payments/places/", seat_views.places, name="places"),
    path("payments/places/<int:seat_id>/offer/", seat_views.seat_offer, name="seat_offer"),
    path("payments/places/<int:seat_id>/take-back/", seat_views.seat_take_back, name="seat_take_back"),
    path("payments/stripe/webhook/", webhook.stripe_webhook, name="stripe_webhook"),
    path("learn/units/<int:unit_id>/done/", views.unit_done, name="unit_done"),
    path("learn/units/<int:unit_id>/note/", views.note_save, name="note_save"),
    path("learn/pause/", views.pause, name="pause"),
]
