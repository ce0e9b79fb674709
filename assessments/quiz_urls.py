"""Which addresses do sittings have?"""

from django.urls import path

from . import quiz_views as views

urlpatterns = [
    path("learn/quizzes/<int:quiz_id>/start/", views.quiz_start, name="quiz_start"),
    path("learn/quizzes/<uuid:attempt_id>/", views.quiz_attempt, name="quiz_attempt"),
    path("learn/quizzes/<uuid:attempt_id>/<int:position>/", views.quiz_question, name="quiz_question"),
    path("learn/quizzes/<uuid:attempt_id>/<int:position>/save/", views.quiz_save, name="quiz_save"),
    path("learn/quizzes/<uuid:attempt_id>/review/", views.quiz_review, name="quiz_review"),
    path("learn/quizzes/<uuid:attempt_id>/hand-in/", views.quiz_hand_in, name="quiz_hand_in"),
    path("learn/quizzes/<uuid:attempt_id>/result/", views.quiz_result, name="quiz_result"),
]
