"""What the family slice contributes."""

from app.family import personal, subscribers
from app.family.routes import child_start, correcting, kids, parent, phones, pin
from app.kernel.slice import Slice
from app.kernel.viewer import Role

SLICE = Slice(
    name="family",
    routes=[
        *parent.ROUTES,
        *pin.ROUTES,
        *correcting.ROUTES,
        *phones.ROUTES,
        *kids.ROUTES,
        *child_start.ROUTES,
    ],
    grants={"family.manage": frozenset({Role.GUARDIAN})},
    tasks=subscribers.TASKS,
    subscribers=subscribers.SUBSCRIBERS,
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
