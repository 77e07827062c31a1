"""Turns what the slices hold into one zip: data.json for machines, index.html for people."""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock, i18n
from app.kernel.i18n import get_locale, gettext
from app.kernel.personal import Holding, Subject
from app.privacy import readable

FORMAT, VERSION = "bozorcha.export", 1
TEMPLATES = Path(__file__).parents[2] / "templates"
STYLE = """body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;
color:#1b1b1b;background:#fff}h1,h2{line-height:1.2}section{margin:2.5rem 0}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccc}
p.fine{color:#555;font-size:.9rem}"""


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """One kind of data: what it is for, how long it is kept, who receives it, and the rows.

    `fields` gives the readable name of each field a row may have. Amounts of money are objects
    of `amount` (whole tiyin) and `currency`, moments are RFC 3339 in UTC, texts in several
    languages are objects by language.
    """

    name: str
    title: str
    purpose: str
    kept: str
    ground: str
    recipients: str
    correct_at: str
    fields: dict[str, str]
    rows: list[dict[str, Any]]


class Export(msgspec.Struct, forbid_unknown_fields=True):
    """Everything Bozorcha holds of one person and of the children they guard."""

    format: str
    version: int
    made_at: datetime
    language: str
    parts: list[Part]


async def gather(session: AsyncSession, holdings: Sequence[Holding], subject: Subject) -> Export:
    """The copy in the current language, every holding with its part, empty ones too."""
    parts = []
    for holding in holdings:
        rows = await holding.collect(session, subject)
        parts.append(_part(holding, [dict(row) for row in rows]))
    return Export(FORMAT, VERSION, clock.now(), get_locale().html_lang, parts)


def _part(holding: Holding, rows: list[dict[str, Any]]) -> Part:
    return Part(
        name=holding.name,
        title=gettext(holding.title),
        purpose=gettext(holding.purpose),
        kept=gettext(holding.kept),
        ground=holding.ground.value,
        recipients=gettext(holding.recipients) if holding.recipients else "",
        correct_at=holding.correct_at,
        fields={name: gettext(label) for name, label in holding.fields.items()},
        rows=rows,
    )


async def pack(copy: Export) -> bytes:
    """The zip; compressing does not hold up the process."""
    page = _environment().get_template("privacy/_export.html")
    html = page.render(copy=copy, shown=readable.shown, lang=copy.language)
    return await asyncio.to_thread(_zip, msgspec.json.encode(copy), html.encode())


def _zip(data: bytes, html: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", msgspec.json.format(data, indent=1))
        archive.writestr("index.html", html)
        archive.writestr("style.css", STYLE)
    return made.getvalue()


@cache
def _environment() -> Environment:
    """A plain environment: the page lives outside the shop, without its assets and scripts."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    i18n.install(made)
    return made


def schema() -> bytes:
    """The JSON schema of data.json, published as docs/export.schema.json."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Export)), indent=2) + b"\n"
