"""Where is the transparency log read? Included under /log/ in our own namespace."""

from django.urls import path

from . import log_views

urlpatterns = [
    path("", log_views.log, name="log"),
    path("checkpoint", log_views.checkpoint, name="log_checkpoint"),
    path("entries", log_views.entries, name="log_entries"),
    path("proof", log_views.proof, name="log_proof"),
]
