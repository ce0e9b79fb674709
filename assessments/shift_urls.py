"""Where are shifts, mentorships and agreements?"""

from django.urls import path

from . import agreement_views, audit_views, link_views, shift_views

urlpatterns = [
    path("shifts/", shift_views.shift_list, name="shift_list"),
    path("shifts/new/", shift_views.shift_new, name="shift_new"),
    path("shifts/<int:shift_id>/", shift_views.shift_detail, name="shift_detail"),
    path("shifts/<int:shift_id>/edit/", shift_views.shift_edit, name="shift_edit"),
    path("shifts/<int:shift_id>/submit/", shift_views.shift_submit, name="shift_submit"),
    path("shifts/<int:shift_id>/take-back/", shift_views.shift_take_back, name="shift_take_back"),
    path("shifts/<int:shift_id>/link/", link_views.shift_link, name="shift_link"),
    path("shifts/audit/<int:draw_id>/", audit_views.audit_answer, name="audit_answer"),
    path("agreements/<slug:slug>/", agreement_views.agreement, name="agreement"),
]
