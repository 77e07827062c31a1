"""Quiet hours: what can wait waits for their end, what cannot comes at once."""

from datetime import UTC, datetime, time, timedelta

import pytest

from app.accounts import profile
from app.accounts.quiet import QuietHours
from app.kernel import clock
from app.notifications import notify
from app.notifications.notify import News
from tests.notifications.conftest import HERE
from tests.notifications.test_inbox import SAMPLE

NIGHT = QuietHours(time(22), time(7))


@pytest.mark.parametrize(
    ("hours", "moment", "left"),
    [
        (NIGHT, "21:59", 0),
        (NIGHT, "22:00", 9 * 3600),
        (NIGHT, "23:30", 7.5 * 3600),
        (NIGHT, "00:00", 7 * 3600),
        (NIGHT, "06:59", 60),
        (NIGHT, "07:00", 0),
        (QuietHours(time(13), time(14)), "13:15", 45 * 60),
        (QuietHours(time(13), time(14)), "12:15", 0),
    ],
)
def test_how_long_the_quiet_lasts(hours, moment, left):
    hour, minute = map(int, moment.split(":"))
    now = datetime(2026, 11, 21, hour, minute, tzinfo=clock.TASHKENT).astimezone(UTC)

    assert hours.seconds_left(now) == left


def around_now(hours=2):
    """Quiet from an hour ago; the tests run at any time of day."""
    local = clock.now().astimezone(clock.TASHKENT)
    ends = local + timedelta(hours=hours)
    return (local - timedelta(hours=1)).time(), ends.time(), ends


@pytest.fixture
def make_quiet(services):
    async def enter(person):
        since, until, ends = around_now()
        async with services.db.begin() as session:
            await profile.set_quiet_hours(session, person.id, since, until)
        return ends

    return enter


@pytest.fixture
def tell(services):
    async def say(person, kind, subject="1"):
        async with services.db.begin() as session:
            found = await profile.contact(session, person.id)
            await notify.tell(session, found, News(kind, subject, "/me", SAMPLE, tag=subject))

    return say


async def test_news_of_an_order_waits_until_the_hours_end(
    client, services, sign_in, cast, subscribe, make_quiet, tell, read, run_tasks
):
    await sign_in(client, cast.olga)
    await subscribe(client, "olga")
    ends = await make_quiet(cast.olga)

    await tell(cast.olga, "part_delivered")
    await run_tasks()
    told, sent_at_night = await read()
    with clock.shifted(ends - clock.now() + timedelta(seconds=1)):
        await run_tasks()
    _, sent = await read()

    assert [row.kind for row in told] == ["part_delivered"]
    assert sent_at_night == []
    assert [(m.channel, m.kind, m.state) for m in sent] == [("push", "part_delivered", "sent")]


@pytest.mark.parametrize("kind", ["approval_asked", "new_device", "passkey_added", "trial"])
async def test_wishes_and_warnings_come_at_once(
    client, sign_in, cast, subscribe, make_quiet, tell, read, kind
):
    await sign_in(client, cast.dilnoza)
    await subscribe(client, "dilnoza")
    await make_quiet(cast.dilnoza)

    await tell(cast.dilnoza, kind)

    _, sent = await read()
    assert [m.kind for m in sent] == [kind]


async def test_a_warning_to_somebody_without_push_goes_by_sms_at_night(
    cast, make_quiet, tell, read
):
    await make_quiet(cast.olga)

    await tell(cast.olga, "new_device")

    _, [message] = await read()
    assert (message.channel, message.recipient) == ("sms", cast.olga.phone)


async def test_what_was_read_at_night_wakes_nobody_in_the_morning(
    client, services, sign_in, cast, subscribe, make_quiet, tell, read, run_tasks
):
    await sign_in(client, cast.olga)
    await subscribe(client, "olga")
    ends = await make_quiet(cast.olga)
    await tell(cast.olga, "part_delivered")

    await client.post("/uz/notifications/reading", headers=HERE)
    with clock.shifted(ends - clock.now() + timedelta(seconds=1)):
        await run_tasks()

    _, sent = await read()
    assert sent == []


async def test_the_hours_are_set_and_ended_on_ones_own_page(client, services, sign_in, cast):
    await sign_in(client, cast.olga)

    async def save(**data):
        return await client.post("/uz/me/quiet-hours", data=data, headers=HERE)

    set_, half = await save(quiet_from="22:00", quiet_to="07:30"), await save(quiet_from="22:00")
    page = await client.get("/uz/me")
    odd = await save(quiet_from="22:00Z", quiet_to="25:99")
    same = await save(quiet_from="22:00", quiet_to="22:00")
    ended = await save(quiet_from="", quiet_to="")

    statuses = [a.status_code for a in (set_, half, odd, same, ended)]
    assert statuses == [303, 422, 422, 422, 303]
    assert 'value="07:30"' in page.text
    assert 'value="22:00"' in half.text
    async with services.db.begin() as session:
        assert (await profile.contact(session, cast.olga.id)).quiet is None


async def test_somebody_with_a_mail_alone_is_warned_by_mail(services, cast, tell, read):
    from app.accounts.models import Identity

    async with services.db.begin() as session:
        [phone] = await session.scalars(
            Identity.__table__.select()
            .with_only_columns(Identity.id)
            .where(Identity.user_id == cast.olga.id)
        )
        row = await session.get(Identity, phone)
        row.kind, row.value = "mail", "olga@mail.ru"

    await tell(cast.olga, "new_device")

    _, [message] = await read()
    assert (message.channel, message.recipient) == ("mail", "olga@mail.ru")
