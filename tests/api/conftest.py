"""Programs of the cast, made by the rules themselves."""

import pytest

from tests.api.programs import Programs


@pytest.fixture
def programs(services, new_client):
    return Programs(services, new_client)
