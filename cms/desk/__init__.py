"""What waits for the registrar, and what may they do about it? The desk, inside the Wagtail admin at /admin/desk/."""
