"""Where are the totals?"""

from django.urls import path

from . import totals_views

urlpatterns = [path("shifts/totals/", totals_views.totals, name="totals")]
