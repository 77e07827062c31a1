"""A state machine is a dict of allowed moves."""

from collections.abc import Mapping
from typing import TypeVar

from app.kernel.errors import Conflict

S = TypeVar("S")


class ForbiddenMove(Conflict):
    code = "forbidden_move"


def check_move(table: Mapping[S, frozenset[S]], current: S, wanted: S) -> None:
    """Raise ForbiddenMove unless the table allows the move."""
    if wanted not in table.get(current, frozenset()):
        raise ForbiddenMove
