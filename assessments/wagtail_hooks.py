"""Where do editors write questions? In the admin's "Question banks"; they are in no search, API or snippet chooser."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from .questions import Bank, Question


class KeptForGood(ModelPermissionPolicy):
    """Who may write may write; nobody deletes. What was asked once is evidence: "not ready" takes it out of use."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)


class BankViewSet(ModelViewSet):
    model = Bank
    icon = "folder-open-inverse"
    menu_label = _("Banks")
    list_display: ClassVar = ["title", "slug"]
    ordering: ClassVar = ["title", "pk"]
    add_to_reference_index = False
    copy_view_enabled = False


class QuestionList(IndexView):
    def get_base_queryset(self) -> QuerySet[Question]:
        return super().get_base_queryset().select_related("bank")


class QuestionViewSet(ModelViewSet):
    model = Question
    index_view_class = QuestionList
    icon = "help"
    menu_label = _("Questions")
    list_display: ClassVar = [
        "__str__",
        "bank",
        Column("kind", label=_("Kind"), accessor="get_kind_display", sort_key="kind"),
        Column("difficulty", label=_("Asks for"), accessor="get_difficulty_display", sort_key="difficulty"),
        BooleanColumn("is_ready", label=_("Ready"), sort_key="is_ready"),
    ]
    list_filter: ClassVar = ["bank", "kind", "difficulty", "is_ready"]
    search_fields: ClassVar = ["stem", "slug"]
    ordering: ClassVar = ["bank__title", "slug", "pk"]
    list_per_page = 50
    add_to_reference_index = False


class QuestionBanks(ModelViewSetGroup):
    items = (QuestionViewSet, BankViewSet)
    menu_label = _("Question banks")
    menu_icon = "help"
    menu_order = 300


for model in (Bank, Question):
    register_permission_policy(model, KeptForGood(model), exact_class=True)


@hooks.register("register_admin_viewset")
def question_banks() -> QuestionBanks:
    return QuestionBanks()
