"""What does staff meet of the desk in the admin? Its addresses, its menu and, on the first page, what waits."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.components import Component

from cms.accounts import policy

from .desk.waiting import complaints_pile, piles


@hooks.register("register_admin_urls")
def desk_addresses() -> list[URLResolver]:
    return [path("desk/", include("cms.desk.urls"))]


class DeskItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return policy.may(request.user, "desk.use")


class DeskMenu(SubmenuMenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return policy.may(request.user, "desk.use")


PLACES = (
    (_("What waits"), "cms_desk", "clipboard-list"),
    (_("Certification requests"), "desk:request_list", "tasks"),
    (_("Certificates"), "desk:certificate_list", "doc-full"),
    (_("Names to change"), "desk:name_list", "edit"),
    (_("Renewals"), "desk:renewal_list", "rotate"),
    (_("Continuing education"), "desk:credit_list", "list-ol"),
    (_("Renewal terms"), "desk:renewal_terms_list", "rotate"),
    (_("Register"), "desk:register_list", "list-ul"),
    (_("Reported messages"), "desk:register_report_list", "warning"),
    (_("Certificate designs"), "desk:design_list", "image"),
    (_("Cases"), "desk:case_list", "folder-open-inverse"),
    (_("Revocations"), "desk:revocation_list", "cross"),
    (_("Learners"), "desk:learner_list", "user"),
    (_("Live sessions"), "desk:session_list", "date"),
    (_("Documents"), "desk:document_list", "doc-full"),
    (_("Agreements"), "desk:agreement_list", "form"),
    (_("Requirements"), "desk:requirement_programme_list", "list-ol"),
    (_("Mentors"), "desk:mentor_list", "group"),
    (_("Mentor applications"), "desk:application_list", "group"),
    (_("Mentor invitations"), "desk:mentor_invitation_list", "mail"),
    (_("Days on set"), "desk:shadowing", "date"),
    (_("Shifts"), "desk:shadow_shift_list", "list-ul"),
    (_("Disputes"), "desk:shadow_dispute_list", "warning"),
    (_("Random checks"), "desk:audit_list", "tasks"),
    (_("Mentors’ load"), "desk:mentor_load_list", "group"),
    (_("Invitations"), "desk:invitation_list", "mail"),
    (_("Invoices"), "desk:invoice_list", "form"),
    (_("Orders"), "desk:order_list", "list-ul"),
    (_("Money that needs a person"), "desk:concern_list", "warning"),
    (_("Ledger"), "desk:ledger", "table"),
    (_("Price plans"), "desk:plan_list", "tag"),
    (_("Intakes"), "desk:intake_list", "date"),
    (_("Refund rules"), "desk:rule_list", "rotate"),
    (_("Coupons"), "desk:coupon_list", "tag"),
    (_("Scholarship funds"), "desk:fund_list", "group"),
)


@hooks.register("register_admin_menu_item")
def desk_menu() -> DeskMenu:
    items = [
        DeskItem(label, reverse_lazy(name), name=name.replace(":", "-"), icon_name=icon, order=order)
        for order, (label, name, icon) in enumerate(PLACES)
    ]
    return DeskMenu(_("Desk"), Menu(items=items), name="desk", icon_name="clipboard-list", order=50)


@hooks.register("register_settings_menu_item")
def designs_among_the_settings() -> DeskItem:
    """Beside the academy's own settings, which is where one looks for its colours and seal."""
    return DeskItem(_("Certificate designs"), reverse_lazy("desk:design_list"), name="designs", icon_name="image")


class OmbudItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return policy.may(request.user, "complaint.read")


@hooks.register("register_admin_menu_item")
def complaints_menu() -> OmbudItem:
    return OmbudItem(
        _("Complaints"), reverse_lazy("ombud:complaint_list"), name="complaints", icon_name="mail", order=50
    )


@hooks.register("construct_main_menu")
def no_more_than_their_business(request: HttpRequest, items: list[MenuItem]) -> None:
    """Who works at a desk alone needs neither reports on pages nor the help for editors."""
    at_a_desk = policy.may(request.user, "desk.use") or policy.may(request.user, "complaint.read")
    if at_a_desk and not user_has_any_page_permission(request.user):
        items[:] = [item for item in items if item.name not in {"reports", "help"}]


class DeskPanel(Component):
    """What waits, on the admin's first page."""

    order = 50
    template_name = "cms/desk/panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"piles": piles(timezone.now())}


@hooks.register("construct_homepage_panels")
def desk_panel(request: HttpRequest, panels: list[Component]) -> None:
    if policy.may(request.user, "desk.use"):
        panels.append(DeskPanel())


class ComplaintsPanel(Component):
    """What waits for the ombud, on the admin's first page."""

    order = 50
    template_name = "cms/desk/panel.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"piles": [complaints_pile()]}


@hooks.register("construct_homepage_panels")
def complaints_panel(request: HttpRequest, panels: list[Component]) -> None:
    if policy.may(request.user, "complaint.read"):
        panels.append(ComplaintsPanel())
