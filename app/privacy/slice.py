"""What privacy contributes."""

from app.kernel.i18n import N_
from app.kernel.slice import Section, Slice
from app.kernel.viewer import Role
from app.privacy import cleaning, deleting, exporting, personal, policies, subscribers, tasks
from app.privacy.routes import data, deletion, desk
from app.privacy.routes import policies as pages

SLICE = Slice(
    name="privacy",
    routes=[*data.ROUTES, *deletion.ROUTES, *pages.ROUTES, *desk.ROUTES],
    grants={"privacy.read": frozenset({Role.ADMIN})},
    staff_grants={"privacy.read": N_("Read the register of what is kept of people")},
    desk=[
        Section("privacy", "shield-check", N_("Privacy"), "/desk/privacy", "privacy.read"),
    ],
    tasks=[
        cleaning.forget,
        cleaning.forget_rows,
        exporting.make_export,
        tasks.erase_due,
        tasks.erase,
    ],
    subscribers=subscribers.SUBSCRIBERS,
    badges={"terms": policies.BADGE, "leaving": deleting.BADGE},
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
