"""What delivery contributes."""

from app.delivery import personal, routes, sending
from app.kernel.slice import Slice

SLICE = Slice(
    name="delivery",
    routes=routes.ROUTES,
    tasks=[sending.send_now, sending.send_soon],
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
