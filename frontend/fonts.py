"""Make the fonts that the packages do not carry as they are.

Two kinds, both written to ``intranet/static/dist/fonts/``:

* ``Tinos-{Regular,Bold,Italic,BoldItalic}.ttf``: whole Vietnamese faces for PDFs made on the server. The
  package has them as two WOFF2 subsets (Latin, Vietnamese), which are merged here.
* ``inter-digits.woff2``: the ten figures of Inter, because Be Vietnam Pro has no tabular ones.

Run as ``python frontend/fonts.py`` after ``npm ci``; needs fonttools and brotli.
"""

import sys
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "node_modules"
OUT = HERE.parent / "intranet" / "static" / "dist" / "fonts"

FACES = {
    "Tinos-Regular": "400-normal",
    "Tinos-Bold": "700-normal",
    "Tinos-Italic": "400-italic",
    "Tinos-BoldItalic": "700-italic",
}


#: Tables that a merge cannot join, and hints, which a PDF does not need.
DROPPED = ("fpgm", "prep", "cvt ", "hdmx", "VDMX", "LTSH", "gasp", "DSIG", "GPOS", "GSUB", "GDEF", "kern")


def _plain(source: Path, folder: Path) -> Path:
    """Unpack one WOFF2 subset as TTF, without the hints and layout tables that a merge cannot join."""
    font = TTFont(source)
    font.flavor = None
    for tag in DROPPED:
        if tag in font:
            del font[tag]
    for glyph in font["glyf"].glyphs.values():
        glyph.expand(font["glyf"])
        glyph.removeHinting()
    target = folder / f"{source.stem}.ttf"
    font.save(target)
    return target


def merge_face(name: str, style: str, out: Path) -> Path:
    """Write ``<name>.ttf`` with the Latin and the Vietnamese letters of one face of Tinos.

    :param style: weight and slope as the package names them, for instance ``400-normal``.
    :returns: the file written.
    """
    files = PACKAGES / "@fontsource" / "tinos" / "files"
    with tempfile.TemporaryDirectory() as folder:
        parts = [
            _plain(files / f"tinos-{part}-{style}.woff2", Path(folder)) for part in ("latin", "vietnamese")
        ]
        font = Merger().merge([str(part) for part in parts])
    family, _, face = name.partition("-")
    for record in font["name"].names:
        wanted = {1: family, 2: face, 4: f"{family} {face}", 6: name}.get(record.nameID)
        if wanted:
            record.string = wanted
    target = out / f"{name}.ttf"
    font.save(target)
    return target


def digits(out: Path) -> Path:
    """Write ``inter-digits.woff2``: 0 to 9 of Inter, all weights, every figure as wide as the others."""
    source = PACKAGES / "@fontsource-variable" / "inter" / "files" / "inter-latin-wght-normal.woff2"
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["tnum"]
    options.hinting = False
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=range(0x30, 0x3A))
    cutter.subset(font)
    target = out / "inter-digits.woff2"
    subset.save_font(font, str(target), options)
    return target


def make(out: Path = OUT) -> list[Path]:
    """Make every font; returns the files written."""
    out.mkdir(parents=True, exist_ok=True)
    return [merge_face(name, style, out) for name, style in FACES.items()] + [digits(out)]


if __name__ == "__main__":
    for path in make():
        sys.stdout.write(f"{path.name} {path.stat().st_size}\n")
