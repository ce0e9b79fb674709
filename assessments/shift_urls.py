"""Where are shifts, mentoring and agreements?"""

from django.urls import path

from . import agreement_views, audit_views, mentor_views, shift_views

urlpatterns = [
    path("shifts/", shift_views.shift_list, name="shift_list"),
    path("shifts/new/", shift_views.shift_new, name="shift_new"),
    path("shifts/mentors/", shift_views.shift_mentors, name="shift_mentors"),
    path("shifts/mentors/<int:mentor_id>/ask/", shift_views.mentor_ask, name="mentor_ask"),
    path("shifts/<int:shift_id>/", shift_views.shift_detail, name="shift_detail"),
    path("shifts/<int:shift_id>/edit/", shift_views.shift_edit, name="shift_edit"),
    path("shifts/<int:shift_id>/submit/", shift_views.shift_submit, name="shift_submit"),
    path("shifts/<int:shift_id>/take-back/", shift_views.shift_take_back, name="shift_take_back"),
    path("shifts/audit/<int:draw_id>/", audit_views.audit_answer, name="audit_answer"),
    path("mentoring/", mentor_views.queue, name="queue"),
    path("mentoring/<int:shift_id>/", mentor_views.queue_shift, name="queue_shift"),
    path("mentoring/<int:shift_id>/sign/", mentor_views.shift_sign, name="shift_sign"),
    path("mentoring/<int:shift_id>/ask/", mentor_views.shift_ask, name="shift_ask"),
    path("mentorships/<int:mentorship_id>/begin/", mentor_views.mentorship_begin, name="mentorship_begin"),
    path("mentorships/<int:mentorship_id>/decline/", mentor_views.mentorship_decline, name="mentorship_decline"),
    path("mentorships/<int:mentorship_id>/end/", mentor_views.mentorship_end, name="mentorship_end"),
    path("agreements/<slug:slug>/", agreement_views.agreement, name="agreement"),
]
