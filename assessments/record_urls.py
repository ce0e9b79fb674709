"""Where is a learner's signed record, for themselves and behind a link?"""

from django.urls import path

from . import record_views, shared_views

urlpatterns = [
    path("shifts/record/", record_views.record, name="record"),
    path("shifts/record/record.pdf", record_views.record_pdf, name="record_pdf"),
    path("shifts/record/shifts.csv", record_views.record_shifts_csv, name="record_shifts_csv"),
    path("shifts/record/sums.csv", record_views.record_sums_csv, name="record_sums_csv"),
    path("shifts/record/share/", record_views.share_new, name="share_new"),
    path("shifts/record/shares/<int:share_id>/end/", record_views.share_end, name="share_end"),
    path("shared/record/<str:token>/", shared_views.shared_record, name="shared_record"),
    path("shared/record/<str:token>/record.pdf", shared_views.shared_record_pdf, name="shared_record_pdf"),
    path("shared/record/<str:token>/shifts.csv", shared_views.shared_shifts_csv, name="shared_shifts_csv"),
    path("shared/record/<str:token>/sums.csv", shared_views.shared_sums_csv, name="shared_sums_csv"),
]
