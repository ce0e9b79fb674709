"""Where are the files of a certificate?"""

from django.urls import path

from . import paper_views

urlpatterns = [
    path("credentials/<uuid:public_id>.pdf", paper_views.credential_pdf, name="credential_pdf"),
    path("credentials/<uuid:public_id>.png", paper_views.credential_png, name="credential_png"),
    path("credentials/<uuid:public_id>.svg", paper_views.credential_svg, name="credential_svg"),
]
