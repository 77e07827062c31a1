"""What notifications contribute."""

from app.kernel.slice import Slice
from app.notifications import inbox, routes, subscribers, tasks

SLICE = Slice(
    name="notifications",
    routes=routes.ROUTES,
    tasks=[tasks.forget_old],
    subscribers=subscribers.SUBSCRIBERS,
    badges={"bell": inbox.BADGE},
    bare_paths=["/push/"],
)
