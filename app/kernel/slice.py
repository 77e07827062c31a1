"""What a slice or a plugin contributes, and the registry that the app is built from."""

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from litestar import Router
from litestar.handlers import BaseRouteHandler

from app.kernel.events import Event
from app.kernel.personal import Holding, Keep
from app.kernel.tasks import Task
from app.kernel.viewer import Role


@dataclass(frozen=True)
class Section:
    """One section of the staff's desk: a line of its bar, and a tile of its home.

    `text` is a msgid, `open_sql` a scalar expression that counts the work waiting there (it may
    use `:user_id`); without one the tile shows no figure.
    """

    key: str
    icon: str
    text: str
    path: str
    permission: str
    open_sql: str = ""


@dataclass(frozen=True)
class Slice:
    """One part of the business, from table to page.

    `badges` maps a name to an SQL scalar expression that may use `:user_id`, `:session_id`;
    all of them are counted in the one statement that loads the viewer. `staff_grants` names the
    permissions that a role of the staff may be made of, each with a sentence (msgid) for people;
    what is not named there can be given to nobody. `desk` are its sections of the staff's desk.
    """

    name: str
    routes: Sequence[BaseRouteHandler | Router] = ()
    grants: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    staff_grants: Mapping[str, str] = field(default_factory=dict)
    desk: Sequence[Section] = ()
    tasks: Sequence[Task] = ()
    subscribers: Mapping[type[Event], Sequence[Task]] = field(default_factory=dict)
    badges: Mapping[str, str] = field(default_factory=dict)
    bare_paths: Sequence[str] = ()  # path prefixes that carry no locale
    personal: Sequence[Holding] = ()  # what it holds of people
    keeps: Sequence[Keep] = ()  # how long its rows live


class Registry:
    """All slices together; the lookups that the kernel needs."""

    def __init__(self, slices: Sequence[Slice]) -> None:
        names = [s.name for s in slices]
        if len(names) != len(set(names)):
            raise ValueError(f"two slices share a name: {names}")
        self.slices = tuple(slices)

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Every task by name, subscribers included."""
        found = [t for s in self.slices for t in s.tasks]
        found += [t for s in self.slices for ts in s.subscribers.values() for t in ts]
        return {t.name: t for t in found}

    @cached_property
    def _subscribers(self) -> dict[type[Event], list[Task]]:
        found: dict[type[Event], list[Task]] = {}
        for part in self.slices:
            for kind, tasks in part.subscribers.items():
                found.setdefault(kind, []).extend(tasks)
        return found

    def subscribers(self, kind: type[Event]) -> list[Task]:
        return self._subscribers.get(kind, [])

    @cached_property
    def permissions(self) -> dict[str, frozenset[Role]]:
        """Permission name to the roles that hold it."""
        return {name: roles for s in self.slices for name, roles in s.grants.items()}

    def permissions_of(self, roles: frozenset[Role], given: Collection[str] = ()) -> frozenset[str]:
        """What these roles hold, and of what was `given` by hand as much as may be given."""
        own = {name for name, holders in self.permissions.items() if holders & roles}
        return frozenset(own | (self.staff_permissions.keys() & set(given)))

    @cached_property
    def staff_permissions(self) -> dict[str, str]:
        """The permissions that roles of the staff may be made of, with their sentences."""
        return {name: words for s in self.slices for name, words in s.staff_grants.items()}

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections of the staff's desk, in the order of the slices."""
        return tuple(section for s in self.slices for section in s.desk)

    @cached_property
    def badges(self) -> dict[str, str]:
        return {name: sql for s in self.slices for name, sql in s.badges.items()}

    @cached_property
    def personal(self) -> tuple[Holding, ...]:
        """Everything that is held of people, the slices from bottom to top."""
        return tuple(holding for s in self.slices for holding in s.personal)

    @cached_property
    def keeps(self) -> tuple[Keep, ...]:
        return tuple(keep for s in self.slices for keep in s.keeps)

    @cached_property
    def bare_paths(self) -> tuple[str, ...]:
        return tuple(path for s in self.slices for path in s.bare_paths)

    @cached_property
    def routes(self) -> list[Any]:
        return [route for s in self.slices for route in s.routes]


def events_of(module: str) -> list[type[Event]]:
    """The event classes that a module defines (for docs/events.md)."""
    return [
        value
        for value in vars(sys.modules[module]).values()
        if isinstance(value, type) and issubclass(value, Event) and value.__module__ == module
    ]
