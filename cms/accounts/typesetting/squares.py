"""How does an address become a square that a phone reads, on a sheet?"""

import io

import segno

INK = "#1b1917"


def qr_svg(url: str) -> str:
    """The QR code as SVG, without its quiet zone: the sheet leaves four modules of white around it."""
    svg = io.BytesIO()
    segno.make_qr(url, error="m").save(svg, kind="svg", border=0, dark=INK, xmldecl=False)
    return svg.getvalue().decode()
