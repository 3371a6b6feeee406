"""An address as a QR picture within a page."""

import segno
from markupsafe import Markup


def qr_of(address: str, title: str | None = None) -> Markup:
    """The picture as an SVG element; what stands behind ``#`` browsers send to nobody."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(border=4, svgclass="m-qr", lineclass=None, omitsize=True, title=title)
    # The library's own markup; the address in it is drawn, not written.
    return Markup(drawing)  # noqa: S704
