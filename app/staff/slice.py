"""What the staff slice contributes."""

from app.kernel.i18n import N_
from app.kernel.slice import Section, Slice
from app.kernel.viewer import Role
from app.staff import appeals as appeal_rules
from app.staff import personal, tasks
from app.staff.routes import appeals, closed, desk, people, roles, view

ADMIN = frozenset({Role.ADMIN})

SLICE = Slice(
    name="staff",
    routes=[
        *desk.ROUTES,
        *roles.ROUTES,
        *people.ROUTES,
        *view.ROUTES,
        *appeals.ROUTES,
        *closed.ROUTES,
    ],
    grants={
        "desk.open": frozenset({Role.MODERATOR, Role.AGENT, Role.ADMIN, Role.STAFF}),
        "person.read": frozenset({Role.AGENT, Role.ADMIN}),
        "support.view": frozenset({Role.AGENT, Role.ADMIN}),
        "appeal.decide": frozenset({Role.MODERATOR, Role.ADMIN}),
        "account.close": ADMIN,
        "role.give": ADMIN,
        "role.manage": ADMIN,
    },
    staff_grants={
        "person.read": N_("Find people and see their page: masked contacts, roles, state"),
        "support.view": N_("Look at the shop as a buyer for a support case, without changing it"),
        "appeal.decide": N_("Decide about appeals against closed accounts"),
        "account.close": N_("Close accounts, open them again, ask for their deletion"),
        "role.give": N_("Give roles to people and take them away"),
        "role.manage": N_("Make roles, change and remove them"),
    },
    desk=[
        Section("desk", "layout-dashboard", N_("My work"), "/desk", "desk.open"),
        Section(
            "appeals",
            "messages",
            N_("Appeals"),
            "/desk/appeals",
            "appeal.decide",
            appeal_rules.OPEN_SQL,
        ),
        Section("people", "users", N_("People"), "/desk/people", "person.read"),
        Section("roles", "key", N_("Roles"), "/desk/roles", "role.manage"),
    ],
    tasks=[tasks.ask_deletions],
    personal=personal.PERSONAL,
    keeps=personal.KEEPS,
)
