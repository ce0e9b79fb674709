"""Where do wallets ask?"""

from django.urls import path

from . import views

urlpatterns = [
    path(".well-known/openid-credential-issuer", views.issuer, name="wallet_issuer"),
    path(".well-known/oauth-authorization-server", views.server, name="wallet_server"),
    path("wallet/offers/<str:token>", views.offer, name="wallet_offer"),
    path("wallet/token", views.token, name="wallet_token"),
    path("wallet/nonce", views.nonce, name="wallet_nonce"),
    path("wallet/credential", views.credential, name="wallet_credential"),
    path("wallet/lcw/<str:token>", views.lcw, name="wallet_lcw"),
]
