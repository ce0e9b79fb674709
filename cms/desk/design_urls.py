"""Where at the desk are the designs of certificates?"""

from django.urls import path

from . import designs

pages = [
    path("designs/", designs.design_list, name="design_list"),
    path("designs/new/", designs.design_new, name="design_new"),
    path("designs/try/", designs.design_try, name="design_try_new"),
    path("designs/<int:design_id>/", designs.design_detail, name="design_detail"),
    path("designs/<int:design_id>/change/", designs.design_change, name="design_change"),
    path("designs/<int:design_id>/version/", designs.design_version_new, name="design_version_new"),
    path("designs/<int:design_id>/use/", designs.design_use, name="design_use"),
    path("designs/<int:design_id>/programmes/", designs.design_programmes, name="design_programmes"),
    path("designs/<int:design_id>/try/", designs.design_try, name="design_try"),
    path("designs/<int:design_id>/<int:number>/proof.png", designs.proof_as_picture, name="design_proof_png"),
    path("designs/<int:design_id>/<int:number>/proof.pdf", designs.proof_as_pdf, name="design_proof_pdf"),
]
