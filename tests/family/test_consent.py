"""Consent is evidence: it closes a profile at once, chains, and cannot be rewritten."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.family import consent


async def test_withdrawing_closes_and_giving_opens_again(session, cast):
    given = consent.Given(cast.dilnoza.id, None, "test")

    before = await consent.is_given(session, cast.lola.id)
    await consent.record(session, cast.lola.household_id, cast.lola.id, "withdrawn", given)
    withdrawn = await consent.is_given(session, cast.lola.id)
    await consent.record(session, cast.lola.household_id, cast.lola.id, "given", given)

    assert before
    assert not withdrawn
    assert await consent.is_given(session, cast.lola.id)


async def test_a_row_holds_what_was_shown_and_cannot_be_changed(session, cast):
    given = consent.Given(cast.dilnoza.id, None, "test")
    row = await consent.record(session, cast.lola.household_id, cast.lola.id, "given", given)

    assert row.notice_version
    assert len(row.notice_sha256) == 64
    assert row.notice_locale == "uz"
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(text("update consent set decision = 'refused'"))


async def test_the_chain_names_an_altered_row(session, cast):
    home = cast.lola.household_id
    whole = await consent.verify_chain(session, home)
    await session.execute(text("alter table consent disable trigger append_only"))
    await session.execute(
        text("update consent set method = 'paper' where child_id = :id"), {"id": cast.lola.id}
    )
    session.expire_all()

    broken = await consent.verify_chain(session, home)

    assert whole is None
    assert broken is not None
