"""The activity log: for administrators alone, found by person, deed, thing and day, readable."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, text

from app.audit import chain
from app.audit.models import AuditEntry
from app.audit.record import record
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.viewer import GUEST, Grant, Role, Viewer
from app.oversight import trail, words
from tests.make.browsing import text_of
from tests.make.orders import counted

LOG = "/en/desk/audit"


def dilnoza(cast):
    return Viewer(user_id=cast.dilnoza.id, grants=(Grant(Role.GUARDIAN, cast.lola.household_id),))


async def note(services, viewer, action="limit.change", kind="child", subject=None, **details):
    async with services.db.begin() as session:
        await record(session, viewer, action, kind, subject or new_id(), **details)


async def seal(services):
    async with services.db.begin() as session:
        await chain.seal(session, services.settings)


async def test_a_change_reads_who_what_before_after_and_whether_it_is_sealed(
    client, cast, sign_in, services
):
    before, after = {"limit": 5_000_000}, {"limit": 10_000_000}
    await note(services, dilnoza(cast), before=before, after=after)
    await sign_in(client, cast.aziza)

    page = text_of(await client.get(LOG))
    assert "Daily limit changed" in page
    assert "Dilnoza , parent" in page
    assert "daily limit: 50 000 soʻm → 100 000 soʻm" in page
    assert "not sealed yet" in page

    await seal(services)
    assert "sealed, no. 1" in text_of(await client.get(LOG))


async def test_a_deed_of_a_request_says_where_from(client, new_client, cast, sign_in, services):
    refused = await sign_in(new_client(), cast.olga)
    assert (await refused.get(LOG)).status_code == 403
    await sign_in(client, cast.aziza)

    page = text_of(await client.get(LOG))
    async with services.db.begin() as session:
        found = await session.execute(text("select network, request_id from audit_entry"))
        [(network, request_id)] = found.all()
    assert f"network {network[:8]}" in page
    assert f"request {request_id.hex[-12:]}" in page
    assert "127.0.0" not in page


@pytest.mark.parametrize("typed", ["dilno", "+998 90 123 45 01", "901234501"])
async def test_the_log_of_a_person_is_what_they_did_and_what_was_done_to_them(
    client, cast, sign_in, services, typed
):
    admin = Viewer(user_id=cast.aziza.id)
    await note(services, dilnoza(cast), "pin.set", "household")
    await note(services, admin, "staff_role.give", "user", cast.dilnoza.id, role="agent")
    await note(services, admin, "staff_role.take", "user", cast.olga.id)
    await sign_in(client, cast.aziza)

    page = text_of(await client.get(LOG, params={"person": typed}))
    rows = page[page.index("Before and after") :]
    assert "PIN set" in rows
    assert "Staff role given" in rows
    assert "role: support" in rows
    assert "Staff role taken away" not in rows


async def test_it_is_found_by_deed_by_thing_and_by_day(client, cast, sign_in, services):
    await note(services, GUEST, "order.refund", "order")
    with clock.shifted(-timedelta(days=3)):
        await note(services, GUEST, "payment.reverse", "payment", amount=1000)
    await sign_in(client, cast.aziza)

    async def rows(**query):
        page = text_of(await client.get(LOG, params=query))
        rows = page[page.index("Show") :]
        return "Order refunded" in rows, "Payment taken back" in rows

    today = clock.local_day()
    assert await rows() == (True, True)
    assert await rows(action="order.refund") == (True, False)
    assert await rows(kind="payment") == (False, True)
    assert await rows(first=today.isoformat()) == (True, False)
    assert await rows(last=(today - timedelta(days=3)).isoformat()) == (False, True)
    assert await rows(last=(today - timedelta(days=4)).isoformat()) == (False, False)
    assert await rows(kind="order", action="payment.reverse") == (False, False)


async def test_pages_follow_each_other_without_a_gap(client, cast, sign_in, services):
    async with services.db.begin() as session:
        for number in range(trail.PAGE_SIZE * 2 + 3):
            await record(session, GUEST, "trial.deed", "trial", None, mark=f"m{number:03}")
    await sign_in(client, cast.aziza)

    seen, path = [], f"{LOG}?action=trial.deed"
    while path:
        page = await client.get(path)
        words_of_page = text_of(page)
        seen += [w for w in words_of_page.split() if w.startswith("m") and w[1:].isdigit()]
        more = page.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        path = more
    assert seen == [f"m{n:03}" for n in reversed(range(trail.PAGE_SIZE * 2 + 3))]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("person=nobody-of-this-name", 200),
        ("first=yesterday", 422),
        ("first=9999-12-31&last=0001-01-01", 422),
        ("last=2099-12-31", 200),
        ("after=garbage&action=%27%22%3E%3Cscript%3E", 200),
        ("person=%25%5C_", 200),
        ("person=" + "a" * 5000, 422),
        ("action=a&action=b&unknown=c", 200),
    ],
)
async def test_whatever_is_asked_is_answered(client, cast, sign_in, services, query, status):
    await note(services, GUEST)
    await sign_in(client, cast.aziza)

    page = await client.get(f"{LOG}?{query}")
    assert page.status_code == status
    assert "<script>" not in page.text.partition("<main")[2]


async def test_nothing_yet_and_nothing_like_that_are_said(client, cast, sign_in):
    await sign_in(client, cast.aziza)
    assert "Nothing was noted yet" in text_of(await client.get(LOG))
    page = text_of(await client.get(f"{LOG}?action=order.refund"))
    assert "Nothing like that happened" in page
    page = text_of(await client.get(f"{LOG}?person=Zebiniso"))
    assert "Nobody here has this name or phone." in page


@pytest.mark.parametrize("name", ["olga", "dilnoza", "botir", "malika", "sardor"])
@pytest.mark.parametrize("path", [LOG, f"{LOG}/check"])
async def test_the_log_is_closed_to_everybody_else(client, cast, sign_in, name, path):
    await sign_in(client, getattr(cast, name))
    assert (await client.get(path)).status_code == 403


async def test_a_child_finds_no_log_and_a_guest_is_led_to_sign_in(
    client, new_client, cast, sign_in
):
    child = await sign_in(new_client(), cast.lola)
    assert (await child.get(LOG)).status_code == 404
    assert (await client.get(LOG)).status_code == 303


async def test_the_page_checks_the_chain_and_names_what_is_missing(client, cast, sign_in, services):
    for _ in range(3):
        await note(services, GUEST)
    await seal(services)
    await sign_in(client, cast.aziza)
    assert "The chain holds" in text_of(await client.get(f"{LOG}/check"))

    async with services.db.begin() as session:
        await session.execute(text("set local session_replication_role = replica"))
        gone = await session.scalar(text("select entry_id from audit_seal where position = 2"))
        await session.execute(delete(AuditEntry).where(AuditEntry.id == gone))
    page = text_of(await client.get(f"{LOG}/check"))
    assert "An entry is missing." in page
    assert str(gone) in page
    assert "Open an incident" in page


@pytest.mark.parametrize("locale", ["uz", "uz-cyrl", "ru"])
async def test_it_speaks_the_readers_language(client, cast, sign_in, services, locale):
    await note(services, dilnoza(cast), before={"limit": 100}, after={"limit": None})
    await sign_in(client, cast.aziza)
    page = await client.get(f"/{locale}/desk/audit")
    main = page.text.partition("<main")[2]
    for english in ("Daily limit changed", "Activity log", "parent", "Where from", "everything"):
        assert f">{english}<" not in main


async def test_the_log_costs_few_statements(client, cast, sign_in, services):
    for _ in range(5):
        await note(services, dilnoza(cast))
    await sign_in(client, cast.aziza)
    with counted(services) as statements:
        await client.get(f"{LOG}?person=Dilnoza")
    assert len(statements) <= 8, "\n".join(statements)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("limit", 0, "0 soʻm"),
        ("is_new_device", True, "yes"),
        ("anything", None, "—"),
        ("anything", "x" * 500, "x" * words.SHORTENED + "…"),
        ("found_at", "no time", "no time"),
        ("role", "agent", "support"),
        ("blocked", [1, 2], "1, 2"),
        ("unknown_word", {"deep_name": 1}, "deep name: 1"),
    ],
)
def test_values_are_shown_as_people_read_them(name, value, shown):
    from app.kernel.i18n import Locale, use_locale

    with use_locale(Locale.EN):
        assert words.show(name, value).replace("\xa0", " ") == shown
