"""Regions and districts, in four languages."""

import pytest

from app.kernel.i18n import Locale, use_locale
from app.shipping import places


def test_the_whole_country_is_there():
    assert len(places.REGIONS) == 14
    assert sum(len(region.districts) for region in places.REGIONS.values()) == 205
    for region in places.REGIONS.values():
        for district in region.districts:
            assert district.code.startswith(region.code)
            assert all(district.names[key] for key in ("uz", "uz-cyrl", "ru", "en"))


def test_uzbek_names_have_their_own_letters():
    for region in places.REGIONS.values():
        for place in (region, *region.districts):
            assert not set("'`‘’") & set(place.names["uz"])
    assert places.district_name("1726269", Locale.UZ) == "Mirzo Ulugʻbek tumani"


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        (Locale.UZ, "Toshkent shahri"),
        (Locale.UZ_CYRL, "Тошкент шаҳри"),
        (Locale.RU, "город Ташкент"),
        (Locale.EN, "Tashkent"),
    ],
)
def test_names_follow_the_reader(locale, name):
    with use_locale(locale):
        assert places.region_name("1726") == name
        assert places.region_options()[0].text == name


def test_a_district_belongs_to_its_region_only():
    assert places.is_place("1726", "1726294")
    assert not places.is_place("1730", "1726294")
    assert not places.is_place("1726", "1726999")
    assert not places.is_place("", "")
    assert places.district_options("9999") == []
