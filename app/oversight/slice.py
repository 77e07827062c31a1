"""What oversight contributes: the desk of the log and of incidents."""

from app.kernel.i18n import N_
from app.kernel.slice import Section, Slice
from app.kernel.viewer import Role
from app.oversight import incidents as register
from app.oversight import subscribers, tasks
from app.oversight.routes import incidents, trail

SLICE = Slice(
    name="oversight",
    routes=[*trail.ROUTES, *incidents.ROUTES],
    grants={
        "audit.read": frozenset({Role.ADMIN}),
        "incident.manage": frozenset({Role.ADMIN}),
    },
    staff_grants={
        "audit.read": N_("Read the activity log and check its chain"),
        "incident.manage": N_("Keep the register of incidents"),
    },
    desk=[
        Section("audit", "history", N_("Activity log"), "/desk/audit", "audit.read"),
        Section(
            "incidents",
            "alert-triangle",
            N_("Incidents"),
            "/desk/incidents",
            "incident.manage",
            register.OPEN_SQL,
        ),
    ],
    tasks=tasks.TASKS,
    subscribers=subscribers.SUBSCRIBERS,
)
