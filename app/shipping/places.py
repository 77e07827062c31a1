"""Regions and districts of Uzbekistan by SOATO code (the state's classifier of places)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.kernel.i18n import Locale, get_locale
from app.kernel.i18n import pick as pick_name

TASHKENT_CITY = "1726"


@dataclass(frozen=True, slots=True)
class District:
    code: str  # 7 digits, the first four are the region's
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Region:
    code: str  # 4 digits
    names: Mapping[str, str]
    districts: tuple[District, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a select, in the reader's language."""

    value: str
    text: str


def _read() -> dict[str, Region]:
    rows = json.loads(Path(__file__).with_name("regions.json").read_text(encoding="utf-8"))
    return {
        row["soato"]: Region(
            row["soato"],
            row["names"],
            tuple(District(d["soato"], d["names"]) for d in row["districts"]),
        )
        for row in rows
    }


REGIONS: Mapping[str, Region] = _read()
_DISTRICTS = {d.code: d for region in REGIONS.values() for d in region.districts}


def is_place(region: str, district: str) -> bool:
    """Whether the district exists and lies in the region."""
    return region in REGIONS and any(d.code == district for d in REGIONS[region].districts)


def region_name(code: str, locale: Locale | None = None) -> str:
    """The region's name in the reader's language; the code itself when it is not known."""
    region = REGIONS.get(code)
    return pick_name(region.names, locale or get_locale()) if region else code


def district_name(code: str, locale: Locale | None = None) -> str:
    """The district's name in the reader's language; the code itself when it is not known."""
    district = _DISTRICTS.get(code)
    return pick_name(district.names, locale or get_locale()) if district else code


def region_options() -> list[Option]:
    """All regions; the capital first, as most parcels go there, the rest by name."""
    found = [Option(code, region_name(code)) for code in REGIONS]
    return sorted(found, key=lambda o: (o.value != TASHKENT_CITY, o.text))


def district_options(region: str) -> list[Option]:
    """Districts of a region by name; none for an unknown one."""
    if region not in REGIONS:
        return []
    found = [Option(d.code, district_name(d.code)) for d in REGIONS[region].districts]
    return sorted(found, key=lambda o: o.text)
