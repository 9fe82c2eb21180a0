"""Lays a page of the handbook out for A4: ``print.py entry.md OUT.pdf``; it says how many sheets that makes.

A developer's tool: needs ``pip install weasyprint markdown-it-py`` and a Chinese font.
"""

from __future__ import annotations

import sys
from pathlib import Path

from markdown_it import MarkdownIt
from weasyprint import HTML  # type: ignore[import-not-found, unused-ignore]  # installed for this script alone

STYLE = """
@page { size: A4; margin: 12mm 15mm }
body { font: 9.3pt/1.35 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #222 }
h1 { font-size: 16pt; margin: 0 0 4pt; color: #1F3864 }
h2 { font-size: 11.5pt; margin: 8pt 0 3pt; color: #1F3864; break-after: avoid }
p, ol, ul { margin: 3pt 0; } ol, ul { padding-left: 16pt }
table { border-collapse: collapse; width: 100%; margin: 3pt 0; break-inside: avoid } tr { break-inside: avoid }
td, th { border: 0.5pt solid #BBB; padding: 1.6pt 5pt; text-align: left; vertical-align: top } th { background: #EEF3FA }
img { width: 100%; max-height: 46mm; object-fit: cover; object-position: top left; border: 0.5pt solid #CCC }
img[src*="overview"] { width: auto; max-height: 120mm }
code { font-size: 8.6pt; background: #F4F4F4 } a { color: inherit }
pre { background: #F4F4F4; padding: 4pt; margin: 3pt 0; break-inside: avoid }
"""


def sheets(page: Path, out: Path) -> int:
    """Write ``page`` (Markdown) to ``out`` (PDF); how many sheets of A4 it takes."""
    body = MarkdownIt("commonmark").enable("table").render(page.read_text("utf-8"))
    whole = f'<html lang="zh-CN"><head><style>{STYLE}</style></head><body>{body}</body></html>'
    laid = HTML(string=whole, base_url=str(page.parent)).render()
    laid.write_pdf(out)
    return len(laid.pages)


if __name__ == "__main__":
    print(sheets(Path(sys.argv[1]), Path(sys.argv[2])))
