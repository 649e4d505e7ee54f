"""The readable half of a pack: headings, facts and texts as a PDF with an embedded Unicode font. Knows no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
LABEL_MM = 42.0
MAX_TEXT = 4_000


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, facts as (label, text), and paragraphs below them."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    paragraphs: Sequence[str] = field(default=())


def make_pdf(*, title: str, subtitle: str, sections: Sequence[Section], made_at: datetime) -> bytes:
    """The document in A4. Characters that the font has not are shown as a box."""
    pdf = _Pages(title)
    pdf.set_creation_date(made_at)
    pdf.add_page()
    pdf.write_block(title, size=18, gap=1)
    pdf.write_block(subtitle, size=9, gap=4)
    for section in sections:
        pdf.write_section(section)
    return bytes(pdf.output())


class _Pages(FPDF):
    """A4 with a number on every page."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_title(title)
        self.add_font("DejaVu", fname=FONT)
        self.set_auto_page_break(auto=True, margin=18)
        self.set_margin(18)

    def footer(self) -> None:
        """The page's number."""
        self.set_y(-14)
        self.set_font("DejaVu", size=8)
        self.cell(0, 6, f"{self.page_no()}", align="R")

    def write_section(self, section: Section) -> None:
        """A heading with a line under it, then what it holds."""
        self.ln(2)
        self.write_block(section.title, size=12, gap=1)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(2)
        for label, text in section.facts:
            self._write_fact(label, text)
        for paragraph in section.paragraphs:
            self.write_block(paragraph, size=9, gap=1.5)

    def write_block(self, text: str, *, size: float, gap: float) -> None:
        """A paragraph over the whole width."""
        self.set_font("DejaVu", size=size)
        self.multi_cell(0, size * 0.5, _clean(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        self.ln(gap)

    def _write_fact(self, label: str, text: str) -> None:
        self.set_font("DejaVu", size=9)
        top, page = self.get_y(), self.page_no()
        self.set_text_color(90)
        self.multi_cell(LABEL_MM, 5, _clean(label), new_x=XPos.RIGHT, new_y=YPos.TOP, align="L")
        if self.page_no() == page:
            self.set_y(top)
        self.set_x(self.l_margin + LABEL_MM + 2)
        self.set_text_color(0)
        self.multi_cell(0, 5, _clean(text) or "–", new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")


def _clean(text: str) -> str:
    """Without control characters, and not without end."""
    kept = "".join(char if char in "\n\t" or char.isprintable() else " " for char in text)
    return kept if len(kept) <= MAX_TEXT else f"{kept[:MAX_TEXT]} … (the whole is in evidence.json)"
