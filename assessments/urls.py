"""Which addresses are ours?"""

from . import learner_urls, quiz_urls, shift_urls

app_name = "assessments"
urlpatterns = [*quiz_urls.urlpatterns, *shift_urls.urlpatterns, *learner_urls.urlpatterns]
