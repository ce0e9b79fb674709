"""Where are a learner's outside documents, and their mentors' word to the registrar?"""

from django.urls import path

from . import document_views, recommending_views

urlpatterns = [
    path("certificates/evidence/", document_views.evidence, name="evidence"),
    path("certificates/evidence/new/", document_views.evidence_new, name="evidence_new"),
    path("certificates/evidence/<int:document_id>/file/", document_views.evidence_file, name="evidence_file"),
    path("certificates/evidence/<int:document_id>/again/", document_views.evidence_again, name="evidence_again"),
    path(
        "certificates/evidence/<int:document_id>/withdraw/",
        document_views.evidence_withdraw,
        name="evidence_withdraw",
    ),
    path("certificates/recommendations/", recommending_views.recommendations, name="recommendations"),
    path(
        "certificates/recommendations/<int:mentorship_id>/ask/",
        recommending_views.recommendation_ask,
        name="recommendation_ask",
    ),
    path("mentoring/mentorships/<int:mentorship_id>/recommend/", recommending_views.recommend_page, name="recommend"),
    path(
        "mentoring/recommendations/<int:recommendation_id>/withdraw/",
        recommending_views.recommendation_withdraw,
        name="recommendation_withdraw",
    ),
]
