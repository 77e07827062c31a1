"""The one rule of the storefront: what an audience may see.

The database keeps the same rule for the role `kids` by row-level security, and
`discovery/sql/search.sql` keeps it for search; `tests/catalog` compares the three.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.catalog.models import Product
from app.kernel.viewer import Audience

MARKS = {"0+": 0, "7+": 7, "12+": 12, "16+": 16, "18+": 18}  # law ZRU-444, years
APPROVED = "approved"

Column = InstrumentedAttribute[Any] | ColumnElement[Any]


def visible(audience: Audience, *columns: Column) -> Select[Any]:
    """A select of products that this audience may see; of their ids when no column is named."""
    return select(*(columns or (Product.id,))).where(may_see(audience))


def may_see(audience: Audience) -> ColumnElement[bool]:
    """The condition itself, for selects that join the product.

    A child sees what a moderator approved for children, within the child's age and outside
    what the guardian hid. An age mark above the child's age hides whatever `age_from` says.
    """
    approved = Product.state == APPROVED
    age = audience.child_age
    if age is None:
        return approved
    rules = [approved, Product.child_ok, Product.age_from <= age, _mark_fits(age)]
    if audience.blocked_category_ids:
        rules.append(~Product.category_path.overlap(list(audience.blocked_category_ids)))
    if audience.blocked_ids:
        rules.append(Product.id.not_in(audience.blocked_ids))
    return and_(*rules)


def _mark_fits(age: int) -> ColumnElement[bool]:
    allowed = [mark for mark, years in MARKS.items() if years <= age]
    return or_(Product.age_mark.is_(None), Product.age_mark.in_(allowed))
