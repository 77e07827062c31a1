"""The inbox page, the badge, subscriptions in JSON, the catalogue itself."""

import re

import pytest
from sqlalchemy import select

from app.accounts.profile import contact
from app.kernel.i18n import Locale, use_locale
from app.notifications import notify
from app.notifications.catalogue import CATALOGUE, lock_screen_words, sms_words, words
from app.notifications.models import PushSubscription
from app.notifications.notify import News
from tests.notifications.conftest import HERE

SAMPLE = {
    "nickname": "Lola",
    "title": {"uz": "Kitob", "ru": "Книга", "en": "Book"},
    "price": 4_500_000,
    "left": 500_000,
    "total": 9_000_000,
    "seller": "Bilim Kitob",
    "decider": "Jasur",
    "number": "7K2M-94XD",
    "device": "Chrome, Android",
    "change": "password_changed",
    "day": "2026-11-28",
    "program": "Hisobchi",
    "role": "Support",
    "ticket": "A-17",
    "words": "Welcome back.",
}


async def tell(services, person, kind="order_paid", subject="1", path="/orders/1"):
    async with services.db.begin() as session:
        found = await contact(session, person.id)
        await notify.tell(session, found, News(kind, subject, path, SAMPLE, tag=subject))


async def test_the_inbox_lists_the_newest_first_and_counts_what_is_new(
    client, services, sign_in, cast
):
    await sign_in(client, cast.olga)
    await tell(services, cast.olga, "part_accepted")
    await tell(services, cast.olga, "part_handed_over")
    await tell(services, cast.dilnoza)

    page = await client.get("/en/notifications")

    assert page.text.index("on its way") < page.text.index("is packing")
    assert "is paid" not in page.text
    assert re.search(r'class="count">2<', page.text)


async def test_a_tap_marks_one_read_and_leads_on(client, services, sign_in, cast):
    await sign_in(client, cast.olga)
    await tell(services, cast.olga)
    page = await client.get("/en/notifications")
    action = re.search(r'action="(/en/notifications/[0-9a-f-]+/reading)"', page.text).group(1)

    answer = await client.post(action, headers=HERE)
    after = await client.get("/en/notifications")

    assert answer.headers["location"] == "/en/orders/1"
    assert 'class="count"' not in after.text


async def test_reading_the_page_alone_marks_nothing(client, services, sign_in, cast):
    await sign_in(client, cast.olga)
    await tell(services, cast.olga)

    first = await client.get("/en/notifications")
    second = await client.get("/en/notifications")

    assert first.text.count("badge--nil") == second.text.count("badge--nil") == 1


async def test_nobody_reads_a_strangers_news(new_client, services, sign_in, cast):
    olga = await sign_in(new_client(), cast.olga)
    nodira = await sign_in(new_client(), cast.nodira)
    await tell(services, cast.olga)
    page = await olga.get("/en/notifications")
    action = re.search(r'action="(/en/notifications/[0-9a-f-]+/reading)"', page.text).group(1)

    assert (await nodira.post(action, headers=HERE)).status_code == 404


async def test_all_can_be_marked_read_and_more_than_a_page_is_paged(
    client, services, sign_in, cast
):
    await sign_in(client, cast.olga)
    for number in range(26):
        await tell(services, cast.olga, subject=str(number))

    first = await client.get("/en/notifications")
    more = re.search(r'rel="next" href="([^"]+)"', first.text).group(1).replace("&amp;", "&")
    second = await client.get(more)
    await client.post("/en/notifications/reading", headers=HERE)
    after = await client.get("/en/notifications")

    assert (first.text.count('/reading"><'), second.text.count('/reading"><')) == (25, 3)
    assert "badge--nil" not in after.text


async def test_a_subscription_is_kept_renewed_and_dropped(
    client, services, sign_in, subscribe, push_service, cast
):
    await sign_in(client, cast.olga)
    browser = await subscribe(client, "olga")
    await client.post("/push/subscriptions", json=browser.subscription(), headers=HERE)

    async with services.db.begin() as session:
        [kept] = (await session.scalars(select(PushSubscription))).all()
    answer = await client.request(
        "DELETE", "/push/subscriptions", json={"endpoint": browser.endpoint}, headers=HERE
    )

    assert (kept.user_id, kept.endpoint) == (cast.olga.id, browser.endpoint)
    assert answer.status_code == 200
    async with services.db.begin() as session:
        assert (await session.scalars(select(PushSubscription))).all() == []


async def test_a_shared_browser_follows_the_person_who_signed_in_last(
    new_client, services, sign_in, push_service, cast
):
    olga = await sign_in(new_client(), cast.olga)
    nodira = await sign_in(new_client(), cast.nodira)
    browser = push_service.browser()
    for client in (olga, nodira):
        await client.post("/push/subscriptions", json=browser.subscription(), headers=HERE)

    async with services.db.begin() as session:
        [kept] = (await session.scalars(select(PushSubscription))).all()
    assert kept.user_id == cast.nodira.id


async def test_nobody_drops_a_strangers_subscription(
    new_client, services, sign_in, subscribe, cast
):
    browser = await subscribe(await sign_in(new_client(), cast.olga), "olga")
    nodira = await sign_in(new_client(), cast.nodira)

    await nodira.request(
        "DELETE", "/push/subscriptions", json={"endpoint": browser.endpoint}, headers=HERE
    )

    async with services.db.begin() as session:
        assert len((await session.scalars(select(PushSubscription))).all()) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        {"endpoint": 5},
        {"endpoint": "javascript:alert(1)", "keys": {}},
        {"endpoint": "https://push.example/1"},
        {"endpoint": "https://push.example/1", "keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"endpoint": "https://push.example/" + "a" * 3000, "keys": {}},
        {"endpoint": "https://push.example/\u0000", "keys": {}},
    ],
)
async def test_a_broken_subscription_is_refused(client, sign_in, cast, sent):
    await sign_in(client, cast.olga)

    answer = await client.post(
        "/push/subscriptions", json=sent, headers={**HERE, "accept": "application/json"}
    )

    assert answer.status_code == 422


async def test_guests_and_children_subscribe_to_nothing(new_client, sign_in, push_service, cast):
    lola = await sign_in(new_client(), cast.lola)
    sent = push_service.browser().subscription()
    json_only = {**HERE, "accept": "application/json"}

    child = await lola.post("/push/subscriptions", json=sent, headers=json_only)
    guest = await new_client().post("/push/subscriptions", json=sent, headers=json_only)

    assert child.status_code == 404
    assert guest.status_code in (401, 403)


async def test_a_trial_push_reaches_ones_own_devices(
    client, sign_in, subscribe, push_service, run_tasks, cast
):
    await sign_in(client, cast.olga)
    browser = await subscribe(client, "olga")

    answer = await client.post("/ru/notifications/trial", headers=HERE)
    await run_tasks()

    assert answer.status_code == 303
    [got] = push_service.received
    assert browser.decrypt(got.body)["notification"]["navigate"] == "/ru/notifications"


async def test_the_public_key_is_open_to_the_pages_script(client):
    answer = await client.get("/push/key")

    assert len(answer.json()["key"]) == 87


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("kind", list(CATALOGUE))
def test_every_notice_can_be_said_in_every_language(kind, locale):
    with use_locale(locale):
        said = [words(kind, SAMPLE), lock_screen_words(kind, SAMPLE | {"hides_details": True})]
        text = sms_words(kind, SAMPLE) + sms_words(kind, SAMPLE | {"hides_details": True})

    for one in said:
        assert one.title
        assert one.body
        assert "%(" not in one.title + one.body + text


def test_hidden_words_hold_no_detail():
    notice = CATALOGUE["approval_asked"]

    assert all("%(" not in words for words in (*notice.hidden, notice.hidden_sms))
