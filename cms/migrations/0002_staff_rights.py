from django.db import migrations

# What each role may do in the Wagtail admin. Wagtail's own first migrations let "Editors" add and change pages and images.
RIGHTS = {
    "Editors": [
        ("wagtailadmin", "admin", "access_admin", "Can access Wagtail admin"),
        *[
            ("assessments", model, f"{verb}_{model}", f"Can {verb} {name}")
            for model, name in (("bank", "question bank"), ("question", "question"))
            for verb in ("add", "change", "view")
        ],
        *[
            ("courses", "contentnote", f"{verb}_contentnote", f"Can {verb} content note")
            for verb in ("add", "change", "view")
        ],
    ],
    "Registrars": [("wagtailadmin", "admin", "access_admin", "Can access Wagtail admin")],
}
PAGES = ["add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page"]


def give(apps, schema_editor):
    """Written out, as permissions are otherwise made only after all migrations have run."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    Page = apps.get_model("wagtailcore", "Page")
    for name, rights in RIGHTS.items():
        group, _created = Group.objects.get_or_create(name=name)
        for app, model, codename, label in rights:
            kind, _created = ContentType.objects.get_or_create(app_label=app, model=model)
            permission, _created = Permission.objects.get_or_create(
                content_type=kind, codename=codename, defaults={"name": label}
            )
            group.permissions.add(permission)
    editors = Group.objects.get(name="Editors")
    page_kind, _created = ContentType.objects.get_or_create(app_label="wagtailcore", model="page")
    root = Page.objects.filter(depth=1).first()
    for codename in PAGES:
        permission, _created = Permission.objects.get_or_create(
            content_type=page_kind, codename=codename, defaults={"name": codename.replace("_", " ").capitalize()}
        )
        if root:
            GroupPagePermission.objects.get_or_create(group=editors, page=root, permission=permission)


class Migration(migrations.Migration):
    """Editors write pages and questions; registrars have a desk. Nobody gets more by holding a role."""

    dependencies = [
        ("cms", "0001_initial"),
        ("accounts", "0003_roles_are_groups"),
        ("assessments", "0001_initial"),
        ("courses", "0001_initial"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
