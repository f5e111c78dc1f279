"""The Arabic-script face, cut down to the characters of one page and written into it.

A fresh machine may hold no Arabic face at all. Noto Sans Arabic (OFL 1.1, licence beside the files) is bundled; each
page carries only the glyphs that it uses, with their joining rules.
"""

from __future__ import annotations

import base64
import io
from functools import cache
from importlib import resources
from typing import Final

FAMILY: Final = "dayafter Arabic"
RANGES: Final = ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
"""Arabic, its supplements and presentation forms."""
_FACES: Final = ((400, "NotoSansArabic-Regular.ttf"), (700, "NotoSansArabic-Bold.ttf"))


def arabic_characters(text: str) -> str:
    """The characters of Arabic script in a text, each once, in order of their code."""
    return "".join(sorted({ch for ch in set(text) if any(low <= ord(ch) <= high for low, high in RANGES)}))


@cache
def _subset(name: str, characters: str) -> bytes:
    """One face with only these characters, as WOFF; no time stamp, so that the same page is the same file."""
    from fontTools import subset  # noqa: PLC0415  # heavy, and only a page with Arabic names needs it
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    data = resources.files("dayafter.brief").joinpath("fonts", name).read_bytes()
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    options = subset.Options(flavor="woff", hinting=False, notdef_outline=True, desubroutinize=True)
    options.layout_features = ["*"]
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters + " ")
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def font_faces(text: str) -> str:
    """`@font-face` rules for the Arabic script in a text; empty where there is none."""
    characters = arabic_characters(text)
    if not characters:
        return ""
    ranges = ", ".join(f"U+{low:04X}-{high:04X}" for low, high in RANGES)
    rules = []
    for weight, name in _FACES:
        encoded = base64.b64encode(_subset(name, characters)).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};unicode-range:{ranges};'
            f'src:url("data:font/woff;base64,{encoded}") format("woff")}}'
        )
    return "\n".join(rules)
