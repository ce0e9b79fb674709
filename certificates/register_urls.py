"""Where is the register, and what a holder does about it? And where are watches?"""

from django.urls import path

from . import register_own_views, register_views, watch_views

urlpatterns = [
    path("register/", register_views.register, name="register"),
    path("register/confirm/<str:token>/", register_views.register_confirm, name="register_confirm"),
    path("register/<slug:slug>/", register_views.register_entry, name="register_entry"),
    path("register/<slug:slug>/write/", register_views.register_write, name="register_write"),
    path("certificates/register/", register_own_views.register_own, name="register_own"),
    path("certificates/register/leave/", register_own_views.register_leave, name="register_leave"),
    path("certificates/register/messages/", register_own_views.register_message_list, name="register_message_list"),
    path(
        "certificates/register/messages/<uuid:public_id>/", register_own_views.register_message, name="register_message"
    ),
    path(
        "certificates/register/messages/<uuid:public_id>/report/",
        register_own_views.register_report,
        name="register_report",
    ),
    path(
        "certificates/register/messages/<uuid:public_id>/block/",
        register_own_views.register_block,
        name="register_block",
    ),
    path(
        "certificates/register/blocks/<int:block_id>/lift/",
        register_own_views.register_unblock,
        name="register_unblock",
    ),
    path("certificates/watches/", watch_views.watch_list, name="watch_list"),
    path("certificates/watches/new/<str:number>/", watch_views.watch_new, name="watch_new"),
    path("certificates/watches/<int:watch_id>/end/", watch_views.watch_end, name="watch_end"),
]
