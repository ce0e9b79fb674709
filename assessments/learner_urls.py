"""Where does a learner act on a shift that is there already?"""

from django.urls import path

from . import answer_views, journal_views

urlpatterns = [
    path("shifts/<int:shift_id>/accept-hours/", answer_views.accept, name="shift_accept_hours"),
    path("shifts/<int:shift_id>/amend/", answer_views.amend, name="shift_amend"),
    path("shifts/<int:shift_id>/withdraw/", answer_views.withdraw, name="shift_withdraw"),
    path("shifts/<int:shift_id>/dispute/", answer_views.dispute, name="shift_dispute"),
    path("shifts/<int:shift_id>/letter/", answer_views.letter, name="shift_letter"),
    path("shifts/<int:shift_id>/journal/", journal_views.journal, name="journal"),
]
