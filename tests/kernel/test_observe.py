"""Logs help to find a fault and tell nothing of a person."""

import io
import sys

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel import observe

PHONE = "+998935557788"


@pytest.fixture
def log(monkeypatch):
    """A logger as in production, and what it has written."""
    before, written = structlog.get_config(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    observe.configure(json=True)
    yield structlog.get_logger("test"), written
    structlog.configure(**before)


def test_fields_with_secret_names_are_masked(log):
    logger, written = log
    logger.info("signed_in", phone=PHONE, code="918273", api_key="k", path="/uz/me")

    line = written.getvalue()
    assert "/uz/me" in line
    assert PHONE not in line
    assert "918273" not in line


async def test_a_refused_row_does_not_tell_what_was_in_it(log, services, cast):
    logger, written = log
    statement = text(
        "insert into identity (id, created_at, user_id, kind, value) "
        "values (gen_random_uuid(), now(), :user, 'phone', :value)"
    )
    values = {"user": cast.olga.id, "value": cast.dilnoza.phone}
    try:
        async with services.db.begin() as session:
            await session.execute(statement, values)
    except DBAPIError as error:
        logger.exception("fault", error=repr(error))

    line = written.getvalue()
    assert "uq_identity_kind_value" in line
    assert cast.dilnoza.phone not in line
    assert cast.dilnoza.phone.removeprefix("+998") not in line
