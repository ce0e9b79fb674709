"""Which addresses are ours?"""

from . import quiz_urls, shift_urls, totals_urls

app_name = "assessments"
urlpatterns = [*quiz_urls.urlpatterns, *shift_urls.urlpatterns, *totals_urls.urlpatterns]
