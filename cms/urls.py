"""Which address answers with what?"""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail import views as wagtail_views
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import demo_views, views
from cms.accounts.policy import open_to_anyone

handler404 = "cms.views.not_found"
handler500 = "cms.views.broken"

site_patterns = (
    [
        path("learn/", views.learn, name="learn"),
        path("accounts/", views.account, name="account"),
        path("accounts/profile/", views.profile, name="profile"),
        path("styleguide/", views.styleguide, name="styleguide"),
        path("healthz", views.healthz, name="healthz"),
        path("readyz", views.readyz, name="readyz"),
    ],
    "cms",
)

urlpatterns = [
    path("", include(site_patterns)),
    path("", include("assessments.urls")),
    path("", include("certificates.urls")),  # behind it: /certificates/<number>/ takes any word
    path("", include("courses.urls")),
    path("accounts/", include("allauth.urls")),
    # One door: the admin's own sign-in, sign-out and account pages lead to it.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/logout/", RedirectView.as_view(pattern_name="account_logout")),
    path("admin/account/", RedirectView.as_view(pattern_name="cms:account")),
    re_path(r"^admin/password_reset/", RedirectView.as_view(pattern_name="account_reset_password")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),  # for who is signed in: the default closes it
]

if settings.DEMO:
    urlpatterns += [
        path("demo.json", demo_views.facts, name="demo_facts"),
        path("demo/mail/", demo_views.mailbox, name="demo_mailbox"),
    ]

public_page = open_to_anyone("pages are public; units and what is paid for ask for themselves")(wagtail_views.serve)
urlpatterns += [
    re_path(wagtail_urls.serve_pattern, public_page, name="wagtail_serve"),
    path("", include(wagtail_urls)),
]
