"""Which addresses have questions, cases, appeals and complaints?"""

from django.urls import path

from . import case_views, complaint_views

urlpatterns = [
    path("certificates/questions/<int:question_id>/", case_views.question, name="question"),
    path("certificates/cases/<int:case_id>/", case_views.case, name="case"),
    path("certificates/cases/<int:case_id>/respond/", case_views.case_respond, name="case_respond"),
    path("certificates/cases/<int:case_id>/appeal/", case_views.case_appeal, name="case_appeal"),
    path("certificates/give-up/<uuid:public_id>/", case_views.give_up, name="give_up"),
    path("certificates/appeals/", case_views.appeal_list, name="appeal_list"),
    path("certificates/appeals/<int:appeal_id>/", case_views.appeal, name="appeal"),
    path("complaints/", complaint_views.complaint_new, name="complaint_new"),
    path("complaints/find/", complaint_views.complaint_find, name="complaint_find"),
    path("complaints/<str:code>/", complaint_views.complaint, name="complaint"),
]
