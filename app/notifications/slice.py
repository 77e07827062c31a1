"""What notifications contribute."""

from app.kernel.slice import Slice
from app.notifications import carrying, inbox, of_staff, personal, routes, subscribers

SLICE = Slice(
    name="notifications",
    routes=routes.ROUTES,
    tasks=[carrying.carry_later],
    subscribers={**subscribers.SUBSCRIBERS, **of_staff.SUBSCRIBERS},
    badges={"bell": inbox.BADGE},
    bare_paths=["/push/"],
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
