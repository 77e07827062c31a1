"""A person who used everything, and browsers that showed who holds them."""

import pytest

from app.kernel import clock
from app.kernel.viewer import Proof
from tests.cast import Person
from tests.privacy import lives


@pytest.fixture
async def zumrad(services, run_tasks):
    return await lives.live(services, run_tasks, lives.zumrad())


@pytest.fixture
def enter(new_client, sign_in):
    """A browser of this person; `proof` is what they showed a moment ago."""

    async def make(person, proof=Proof.PASSWORD):
        client = new_client()
        if isinstance(person, lives.Life):
            person = _Known(person.name, person.phone, person.user_id)
        more = {"confirmed_at": clock.now(), "confirmed_by": proof} if proof else {}
        return await sign_in(client, person, **more)

    return make


class _Known(Person):
    """A person whose id is not made of the name."""

    def __init__(self, name, phone, user_id):
        super().__init__(name, phone)
        object.__setattr__(self, "_known", user_id)

    @property
    def id(self):
        return self._known
