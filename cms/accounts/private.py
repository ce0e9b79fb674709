"""Where are files that only a view may give out? On the disk beside the database, under no address."""

from django.core.files.storage import FileSystemStorage


class PrivateFiles(FileSystemStorage):
    """Files readable by this process alone. A view opens them after asking who may; nothing links to them."""

    def url(self, name: str | None) -> str:
        raise ValueError("A private file has no address: open it in a view that asks who may.")
