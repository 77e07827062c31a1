"""What the family slice contributes."""

from app.family.routes import kids, parent
from app.kernel.slice import Slice
from app.kernel.viewer import Role

SLICE = Slice(
    name="family",
    routes=[*parent.ROUTES, *kids.ROUTES],
    grants={"family.manage": frozenset({Role.GUARDIAN})},
)
