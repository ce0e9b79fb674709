"""Where are mentors, mentorships and their terms?"""

from django.urls import path

from .people_views import applying, asking, profile, terms

urlpatterns = [
    path("shifts/mentors/", asking.shift_mentors, name="shift_mentors"),
    path("shifts/mentors/outside/", asking.outside_ask, name="outside_ask"),
    path("shifts/mentors/<int:mentor_id>/ask/", asking.mentor_ask, name="mentor_ask"),
    path("mentoring/apply/", applying.mentor_apply, name="mentor_apply"),
    path("mentoring/invitations/<str:token>/", applying.mentor_invitation, name="mentor_invitation"),
    path("mentoring/profile/", profile.mentor_profile, name="mentor_profile"),
    path("mentoring/profile/stop/", profile.mentor_stop, name="mentor_stop"),
    path("mentoring/profile/go-on/", profile.mentor_stop_take_back, name="mentor_stop_take_back"),
    path("mentorships/<int:mentorship_id>/terms/", terms.terms, name="terms"),
    path("mentorships/<int:mentorship_id>/terms/new/", terms.terms_new, name="terms_new"),
    path("mentorships/<int:mentorship_id>/terms/<int:version>/sign/", terms.terms_sign, name="terms_sign"),
    path("mentorships/<int:mentorship_id>/check-ins/new/", terms.check_in_new, name="check_in_new"),
    path("mentorships/<int:mentorship_id>/decline/", terms.mentorship_decline, name="mentorship_decline"),
    path("mentorships/<int:mentorship_id>/end/", terms.mentorship_end, name="mentorship_end"),
    path("mentorships/<int:mentorship_id>/notice/", terms.notice_give, name="notice_give"),
    path("mentorships/<int:mentorship_id>/notice/take-back/", terms.notice_take_back, name="notice_take_back"),
]
