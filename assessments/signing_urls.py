"""Where are a mentor's cards, and an outside coordinator's one card?"""

from django.urls import path

from . import answering_views, mentor_views, outside_views, signing_views

urlpatterns = [
    path("mentoring/", mentor_views.queue, name="queue"),
    path("mentoring/observing/", signing_views.together, name="sign_together"),
    path("mentoring/observing/passkey/", signing_views.together_passkey, name="sign_together_passkey"),
    path("mentoring/<int:shift_id>/", mentor_views.queue_shift, name="queue_shift"),
    path("mentoring/<int:shift_id>/sign/", signing_views.shift_sign, name="shift_sign"),
    path("mentoring/<int:shift_id>/passkey/", signing_views.shift_passkey, name="shift_passkey"),
    path("mentoring/<int:shift_id>/ask/", answering_views.shift_ask, name="shift_ask"),
    path("mentoring/<int:shift_id>/hours/", answering_views.shift_propose, name="shift_propose"),
    path("mentoring/<int:shift_id>/decline/", answering_views.shift_decline, name="shift_decline"),
    path("mentoring/disputes/<int:dispute_id>/", answering_views.dispute_answer, name="dispute_answer"),
    path("mentoring/sign/<str:token>/", outside_views.sign_page, name="sign_by_link"),
    path("mentoring/sign/<str:token>/ask/", outside_views.ask_page, name="ask_by_link"),
    path("mentoring/sign/<str:token>/decline/", outside_views.decline_page, name="decline_by_link"),
]
