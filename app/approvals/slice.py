"""What the approvals slice contributes."""

from app.approvals import personal, queries, subscribers, tasks
from app.approvals.routes import kids, parent
from app.kernel.slice import Slice
from app.kernel.viewer import Role

SLICE = Slice(
    name="approvals",
    routes=[*parent.ROUTES, *kids.ROUTES],
    grants={"approval.decide": frozenset({Role.GUARDIAN})},
    tasks=[*tasks.TASKS, *subscribers.TASKS],
    subscribers=subscribers.SUBSCRIBERS,
    badges={"asks": queries.BADGE},
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
