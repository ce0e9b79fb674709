"""Files that carry a credential, or do not."""

import io
import struct
import zlib
from collections.abc import Mapping

import pikepdf

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect width="1" height="1"/></svg>'


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    [
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\0\0")),
        chunk(b"IEND", b""),
    ]
)


def make_pdf(attachments: Mapping[str, str], *, password: str | None = None) -> bytes:
    """A PDF of one empty page with these files attached."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, text in attachments.items():
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, text.encode(), filename=name)
    written = io.BytesIO()
    encryption = pikepdf.Encryption(owner=password, user=password) if password else False
    pdf.save(written, encryption=encryption)
    return written.getvalue()
