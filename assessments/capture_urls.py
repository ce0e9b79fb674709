"""Where is a day captured on set?"""

from django.urls import path

from . import capture_views

urlpatterns = [
    path("shifts/today/", capture_views.capture, name="capture"),
    path("shifts/today/shell/", capture_views.shell, name="capture_shell"),
    path("shifts/today/send/", capture_views.send, name="capture_send"),
    path("shifts/today/sw.js", capture_views.worker, name="capture_worker"),
]
