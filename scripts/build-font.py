#!/usr/bin/python3
"""Builds the font that `writePng` draws text with, and the widths that plots lay text out by.

    /usr/bin/python3 scripts/build-font.py            write the generated files
    /usr/bin/python3 scripts/build-font.py --check    fail if they are not what it would write

Needs fontTools (Debian: python3-fonttools, 4.38 wrote the committed files) and `npm ci`, which brings
DejaVu Sans 2.37. The licence allows changed copies under any name without "Bitstream", "Vera",
"Tavmjong Bah" and "Arev"; this one is called "DejaVu Sans Subset".
"""

import base64
import io
import pathlib
import re
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules/dejavu-fonts-ttf"
FAMILY = "DejaVu Sans Subset"
HEADER = "// Written by scripts/build-font.py from DejaVu Sans 2.37; do not edit.\n"

# First and last character of each block that is kept.
RANGES = [
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x370, 0x3FF),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x2010, 0x2026),  # dashes, quotes, ellipsis
    (0x2190, 0x2195),  # arrows
    (0x2212, 0x2212),  # minus
    (0x2264, 0x2265),  # less or equal, greater or equal
    (0x2713, 0x2713),  # check mark
    (0x2717, 0x2717),  # ballot cross
]
# Widths are listed for the first two blocks; other characters are rare in labels.
WIDTH_RANGES = RANGES[:2]


def build_subset() -> bytes:
    """The font as TTF bytes: no hints, no kerning (so that widths are sums of advances)."""
    font = TTFont(SOURCE / "ttf/DejaVuSans.ttf", recalcTimestamp=False)
    options = subset.Options(
        hinting=False, layout_features=[], name_IDs=[0, 1, 2, 4, 6, 13, 14], notdef_outline=True
    )
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "kern"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[c for first, last in RANGES for c in range(first, last + 1)])
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            name = FAMILY.replace(" ", "") if record.nameID == 6 else FAMILY
            record.string = name.encode(record.getEncoding())
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def font_module(ttf: bytes) -> str:
    licence = re.sub(r"\s+$", "", (SOURCE / "LICENSE").read_text("utf-8"), flags=re.M)
    covered = set(TTFont(io.BytesIO(ttf)).getBestCmap())
    ranges = []
    for code in sorted(covered):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    text = base64.b64encode(ttf).decode()
    return (
        f"{HEADER}/*! The font embedded here, {FAMILY}, is a changed copy of DejaVu Sans.\n\n"
        f"{licence.replace('*/', '* /')}\n*/\n\n"
        f'export const FONT_FAMILY = "{FAMILY}";\n\n'
        "/** First and last code point of each run of characters that the font has. */\n"
        f"export const FONT_RANGES: readonly (readonly [number, number])[] = {ranges};\n\n"
        "/** The TTF file in base64. */\n"
        f'export const FONT_BASE64 =\n  "{text}";\n'
    )


def widths_module() -> str:
    font = TTFont(SOURCE / "ttf/DejaVuSans.ttf")
    cmap, metrics = font.getBestCmap(), font["hmtx"]
    blocks = ",\n".join(
        f"  {{ first: {first}, widths: {[metrics[cmap[c]][0] for c in range(first, last + 1)]} }}"
        for first, last in WIDTH_RANGES
    )
    return (
        f"{HEADER}\n/** Advance widths of DejaVu Sans in units of 1/{font['head'].unitsPerEm} em, "
        "block by block of code points. */\n"
        "export const FONT_WIDTHS: readonly { first: number; widths: readonly number[] }[] = [\n"
        f"{blocks},\n];\n"
    )


def main() -> int:
    outputs = {
        ROOT / "src/node/fonts/dejavu-sans.generated.ts": font_module(build_subset()),
        ROOT / "src/plots/font-widths.generated.ts": widths_module(),
    }
    stale = []
    for path, text in outputs.items():
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text("utf-8") != text:
                stale.append(str(path.relative_to(ROOT)))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"{path.relative_to(ROOT)}: {len(text)} bytes")
    if stale:
        print("stale:", ", ".join(stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
