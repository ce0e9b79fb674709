"""Which address about rules answers with what? All under /admin/desk/."""

from django.urls import path

from . import drafts, lines, moves, sets, waivers

PREFIX = "requirements"

pages = [
    path(f"{PREFIX}/", sets.programme_list, name="requirement_programme_list"),
    path(f"{PREFIX}/<int:programme_id>/", sets.programme_rules, name="requirement_programme"),
    path(f"{PREFIX}/<int:programme_id>/begin/", drafts.draft_begin, name="requirement_draft_begin"),
    path(f"{PREFIX}/versions/<int:set_id>/", sets.set_detail, name="requirement_set"),
    path(f"{PREFIX}/versions/<int:set_id>/foreseen/", sets.set_foreseen, name="requirement_set_foreseen"),
    path(f"{PREFIX}/versions/<int:set_id>/move/", moves.move, name="requirement_move"),
    path(f"{PREFIX}/drafts/<int:draft_id>/", drafts.draft_detail, name="requirement_draft"),
    path(f"{PREFIX}/drafts/<int:draft_id>/name/", drafts.draft_name, name="requirement_draft_name"),
    path(f"{PREFIX}/drafts/<int:draft_id>/foreseen/", drafts.draft_foreseen, name="requirement_draft_foreseen"),
    path(f"{PREFIX}/drafts/<int:draft_id>/publish/", drafts.draft_publish, name="requirement_draft_publish"),
    path(f"{PREFIX}/drafts/<int:draft_id>/discard/", drafts.draft_discard, name="requirement_draft_discard"),
    path(f"{PREFIX}/drafts/<int:draft_id>/add/<slug:kind>/", lines.line_add, name="requirement_line_add"),
    path(f"{PREFIX}/lines/<int:line_id>/", lines.line_change, name="requirement_line"),
    path(f"{PREFIX}/lines/<int:line_id>/shift/", lines.line_shift, name="requirement_line_shift"),
    path(f"{PREFIX}/lines/<int:line_id>/remove/", lines.line_remove, name="requirement_line_remove"),
    path("learners/<int:enrolment_id>/waive/", waivers.waive, name="requirement_waive"),
    path("allowances/<int:allowance_id>/withdraw/", waivers.withdraw, name="allowance_withdraw"),
]
