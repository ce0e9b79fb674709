"""Where are shifts, mentorships and agreements?"""

from django.urls import path

from . import agreement_views, link_views, mentor_views, shift_views

urlpatterns = [
    path("shifts/", shift_views.shift_list, name="shift_list"),
    path("shifts/new/", shift_views.shift_new, name="shift_new"),
    path("shifts/mentors/", shift_views.shift_mentors, name="shift_mentors"),
    path("shifts/mentors/<int:mentor_id>/ask/", shift_views.mentor_ask, name="mentor_ask"),
    path("shifts/<int:shift_id>/", shift_views.shift_detail, name="shift_detail"),
    path("shifts/<int:shift_id>/edit/", shift_views.shift_edit, name="shift_edit"),
    path("shifts/<int:shift_id>/submit/", shift_views.shift_submit, name="shift_submit"),
    path("shifts/<int:shift_id>/take-back/", shift_views.shift_take_back, name="shift_take_back"),
    path("shifts/<int:shift_id>/link/", link_views.shift_link, name="shift_link"),
    path("mentorships/<int:mentorship_id>/begin/", mentor_views.mentorship_begin, name="mentorship_begin"),
    path("mentorships/<int:mentorship_id>/decline/", mentor_views.mentorship_decline, name="mentorship_decline"),
    path("mentorships/<int:mentorship_id>/end/", mentor_views.mentorship_end, name="mentorship_end"),
    path("agreements/<slug:slug>/", agreement_views.agreement, name="agreement"),
]
