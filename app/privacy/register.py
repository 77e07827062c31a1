"""The register of processing (GDPR Art. 30, ZRU-547 Art. 20), made from the declarations."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.kernel.i18n import N_, gettext
from app.kernel.personal import Ground, Holding, Whose
from app.kernel.slice import Registry

GROUNDS = {
    Ground.CONTRACT: N_("contract"),
    Ground.CONSENT: N_("consent"),
    Ground.LAW: N_("law"),
    Ground.INTEREST: N_("safety of accounts"),
}
PEOPLE = {Whose.ADULT: N_("adults"), Whose.CHILD: N_("children")}
NOBODY = N_("Nobody.")


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of processing in the reader's language."""

    slice: str
    name: str
    title: str
    purpose: str
    data: str
    people: str
    ground: str
    recipients: str
    kept: str
    stays: str
    tables: str


def lines(registry: Registry) -> list[Line]:
    """Every declared holding, in the order of the slices."""
    return [_line(part.name, holding) for part in registry.slices for holding in part.personal]


def _line(owner: str, holding: Holding) -> Line:
    return Line(
        slice=owner,
        name=holding.name,
        title=gettext(holding.title),
        purpose=gettext(holding.purpose),
        data=", ".join(gettext(label) for label in holding.fields.values()),
        people=", ".join(gettext(PEOPLE[one]) for one in Whose if one in holding.people),
        ground=gettext(GROUNDS[holding.ground]),
        recipients=gettext(holding.recipients or NOBODY),
        kept=gettext(holding.kept),
        stays=gettext(holding.stays) if holding.stays else "",
        tables=", ".join(holding.tables),
    )


def processing_page(registry: Registry) -> Iterator[str]:
    """docs/processing.md, line by line."""
    yield "| Slice | What | Why | Data | Of whom | Ground | Recipients | Kept | After a deletion |"
    yield "|---" * 9 + "|"
    for one in lines(registry):
        cells = (one.slice, f"{one.title} (`{one.name}`)", one.purpose, one.data, one.people)
        more = (one.ground, one.recipients, one.kept, one.stays)
        yield f"| {' | '.join((*cells, *more))} |"


def retention_page(registry: Registry) -> Iterator[str]:
    """docs/retention.md, line by line: the rules that the clock carries out, then the rest."""
    yield "| Table | Rows live | Then |"
    yield "|---|---|---|"
    for keep in registry.keeps:
        then = f"stripped: {', '.join(keep.values)}" if keep.values else "deleted"
        yield f"| `{keep.table.__tablename__}` | {gettext(keep.words)} | {then} |"
    yield ""
    yield "Tables with people's data that no clock cleans go with their person:"
    yield ""
    yield "| Table | Kept |"
    yield "|---|---|"
    ruled = {keep.table.__tablename__ for keep in registry.keeps}
    for holding in registry.personal:
        for table in holding.tables:
            if table not in ruled:
                yield f"| `{table}` | {gettext(holding.kept)} |"
