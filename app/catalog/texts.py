"""Facts of a product in the reader's words."""

from typing import Any

from sqlalchemy import Row

from app.kernel.formats import format_number
from app.kernel.i18n import Locale, get_locale, gettext, ngettext, pick
from app.kernel.translit import to_cyrillic

_ = gettext


def country(code: str) -> str:
    """The name of a country by its ISO 3166 code; the code itself when nobody knows it."""
    locale = get_locale()
    if locale is Locale.UZ_CYRL:
        return to_cyrillic(Locale.UZ.babel.territories.get(code, code))
    return str(locale.babel.territories.get(code, code))


def age_range(first: int, last: int | None) -> str:
    """For whom a thing is, in years."""
    if last is None:
        return ngettext("from %(num)s year", "from %(num)s years", first)
    return ngettext("%(first)s–%(num)s year", "%(first)s–%(num)s years", last, first=first)


def facts(product: Row[Any], variant: Row[Any] | None) -> list[tuple[str, str]]:
    """What the law and a parent ask of a product: name and value. Seller's facts need `variant`."""
    found = [
        (_("Age"), age_range(product.age_from, product.age_to)),
        (_("Age mark"), product.age_mark),
        (_("Brand"), product.brand),
        (_("Made in"), country(product.origin)),
        (_("Product class (MXIK)"), product.mxik),
    ]
    if variant is not None:
        weight = format_number(variant.weight_grams)
        found += [
            (_("Weight"), _("%(grams)s g", grams=weight)),
            (_("Item number"), variant.sku),
            (_("Barcode"), variant.gtin),
        ]
        if "seller_tin" in variant._fields:
            found += [
                (_("Seller"), variant.seller_name),
                (_("Taxpayer number"), variant.seller_tin),
                (_("Legal address"), pick(variant.seller_address)),
            ]
    return [(name, value) for name, value in found if value]
