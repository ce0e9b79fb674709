"""Which addresses are ours?"""

from django.urls import path

from . import views

app_name = "courses"
urlpatterns = [
    # Before the pages: no programme is called "invitations", and no module "enrol".
    path("programmes/invitations/<str:token>/", views.invitation, name="invitation"),
    path("programmes/<str:slug>/enrol/", views.enrol, name="enrol"),
    path("learn/invoices/<int:number>/", views.invoice, name="invoice"),
    path("learn/units/<int:unit_id>/done/", views.unit_done, name="unit_done"),
    path("learn/units/<int:unit_id>/note/", views.note_save, name="note_save"),
    path("learn/pause/", views.pause, name="pause"),
]
