"""Which address about renewals answers with what? All under /admin/desk/."""

from django.urls import path

from . import continuing_education, renewal_terms, renewals

pages = [
    path("renewals/", renewals.renewal_list, name="renewal_list"),
    path("renewals/<int:renewal_id>/", renewals.renewal_detail, name="renewal_detail"),
    path("renewals/<int:renewal_id>/confirm/", renewals.renewal_confirm, name="renewal_confirm"),
    path("renewals/<int:renewal_id>/decline/", renewals.renewal_decline, name="renewal_decline"),
    path("credits/", continuing_education.credit_list, name="credit_list"),
    path("credits/<int:credit_id>/", continuing_education.credit_detail, name="credit_detail"),
    path("credits/<int:credit_id>/file/", continuing_education.credit_file, name="credit_file"),
    path("credits/<int:credit_id>/accept/", continuing_education.credit_accept, name="credit_accept"),
    path("credits/<int:credit_id>/return/", continuing_education.credit_return, name="credit_return"),
    path("renewal-terms/", renewal_terms.renewal_terms_list, name="renewal_terms_list"),
    path("renewal-terms/<int:programme_id>/", renewal_terms.renewal_terms, name="renewal_terms"),
    path(
        "renewal-terms/<int:programme_id>/publish/", renewal_terms.renewal_terms_publish, name="renewal_terms_publish"
    ),
]
