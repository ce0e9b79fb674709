"""Which addresses are ours?"""

from . import (
    capture_urls,
    evidence_urls,
    learner_urls,
    people_urls,
    quiz_urls,
    record_urls,
    shift_urls,
    signing_urls,
    totals_urls,
)

app_name = "assessments"
urlpatterns = [
    *quiz_urls.urlpatterns,
    *people_urls.urlpatterns,
    *learner_urls.urlpatterns,
    *record_urls.urlpatterns,
    *evidence_urls.urlpatterns,
    *totals_urls.urlpatterns,
    *capture_urls.urlpatterns,
    *shift_urls.urlpatterns,
    *signing_urls.urlpatterns,
]
