"""What delivery contributes."""

from app.delivery import routes, sending, tasks
from app.kernel.slice import Slice

SLICE = Slice(
    name="delivery",
    routes=routes.ROUTES,
    tasks=[sending.send_now, sending.send_soon, tasks.forget_messages],
)
