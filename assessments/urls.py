"""Which addresses are ours?"""

from . import people_urls, quiz_urls, shift_urls

app_name = "assessments"
urlpatterns = [*quiz_urls.urlpatterns, *people_urls.urlpatterns, *shift_urls.urlpatterns]
