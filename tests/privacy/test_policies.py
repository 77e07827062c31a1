"""Terms are accepted once a version, shown once when they change, and never in the way."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.accounts import signup
from app.kernel.i18n import Locale
from app.privacy import policies
from app.privacy.models import PolicyAcceptance
from tests.make.browsing import field, text_of
from tests.make.orders import make_order


async def rows(services, user_id):
    async with services.db.begin() as session:
        found = select(PolicyAcceptance).where(PolicyAcceptance.user_id == user_id)
        return list(await session.scalars(found.order_by(PolicyAcceptance.id)))


async def accept_older(services, person):
    async with services.db.begin() as session:
        for policy in policies.POLICIES:
            session.add(
                PolicyAcceptance(
                    user_id=person.id,
                    policy=policy.name,
                    version="2025-01",
                    locale="uz",
                    sha256="0" * 64,
                    way="sign_up",
                )
            )


async def test_signing_up_accepts_the_present_texts(services, run_tasks):
    async with services.db.begin() as session:
        user_id = await signup.user_for_phone(session, "+998901112233", "ru")
    await run_tasks()

    found = await rows(services, user_id)

    assert [(row.policy, row.way, row.locale) for row in found] == [
        ("terms", "sign_up", "ru"),
        ("privacy", "sign_up", "ru"),
    ]
    assert found[0].sha256 == policies.TERMS.sha256(Locale.RU)
    assert found[0].sha256 != policies.TERMS.sha256(Locale.UZ)


async def test_a_guests_order_accepts_them_too(services, run_tasks, cast):
    order = await make_order(services, None, (cast.puzzle, 1))
    await run_tasks()

    async with services.db.begin() as session:
        found = select(PolicyAcceptance.policy).where(PolicyAcceptance.order_id == order.id)
        assert set(await session.scalars(found)) == {"terms", "privacy"}


async def test_a_second_order_says_nothing_twice(services, run_tasks, cast):
    for key in ("a", "b"):
        await make_order(services, cast.olga, (cast.puzzle, 1), key=key)
    await run_tasks()

    assert len(await rows(services, cast.olga.id)) == 2


async def test_new_terms_come_once_and_lead_on(services, enter, cast):
    await accept_older(services, cast.olga)
    client = await enter(cast.olga)

    first = await client.get("/en/checkout")
    page = await client.get(first.headers["location"])
    agreed = await client.post("/en/me/terms", data={"next": field(page.text, "next")})
    after = await client.get("/en/me")

    assert first.status_code == 303
    assert first.headers["location"] == "/en/me/terms?next=/checkout"
    assert "Something has changed" in text_of(page)
    assert agreed.headers["location"] == "/en/checkout"
    assert after.status_code == 200
    assert {row.way for row in await rows(services, cast.olga.id)} == {"sign_up", "page"}


@pytest.mark.parametrize("path", ["/me/data", "/me/data/deletion", "/orders", "/catalog", "/terms"])
async def test_whoever_declines_still_reaches_their_own(services, enter, cast, path):
    await accept_older(services, cast.olga)
    client = await enter(cast.olga)

    assert (await client.get(f"/en{path}")).status_code == 200


async def test_a_parents_approval_and_a_childs_screen_are_never_interrupted(
    services, enter, new_client, sign_in, cast
):
    await accept_older(services, cast.dilnoza)
    parent = await enter(cast.dilnoza)
    child = await sign_in(new_client(), cast.lola)

    assert (await parent.get("/uz/family/approvals")).status_code == 200
    assert (await parent.get("/uz/me")).headers["location"] == "/uz/me/terms?next=/me"
    assert (await child.get("/uz/kids")).status_code == 200


async def test_whoever_accepted_nothing_is_left_alone(enter, cast):
    """Before the first version there was nobody; a sign-up's row may be a moment late."""
    assert (await (await enter(cast.olga)).get("/en/me")).status_code == 200


async def test_a_next_address_stays_here(services, enter, cast):
    client = await enter(cast.olga)

    answer = await client.post("/en/me/terms", data={"next": "https://evil.example/"})

    assert answer.headers["location"] == "/en/"


async def test_acceptance_is_evidence(services, cast):
    await accept_older(services, cast.olga)
    for change in ("delete from policy_acceptance", "update policy_acceptance set version = 'x'"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with services.db.begin() as session:
                await session.execute(text(change))


@pytest.mark.parametrize("locale", ["uz", "uz-cyrl", "ru", "en"])
@pytest.mark.parametrize("path", ["/terms", "/privacy", "/privacy/kids"])
async def test_everybody_may_read_them(client, locale, path):
    answer = await client.get(f"/{locale}{path}")

    assert answer.status_code == 200


async def test_a_child_may_read_its_own_page_and_no_other(new_client, sign_in, cast):
    client = await sign_in(new_client(), cast.lola)

    assert (await client.get("/uz/privacy/kids")).status_code == 200
    assert (await client.get("/uz/privacy")).status_code == 404
    assert (await client.get("/uz/terms")).status_code == 404


async def test_words_for_children_are_short():
    from app.privacy.texts import FOR_CHILDREN

    for _art, _hue, words in FOR_CHILDREN:
        for sentence in filter(None, words.replace("?", ".").split(".")):
            assert len(sentence.split()) <= 12, sentence


async def test_the_register_is_for_administrators(enter, cast, services):
    admin = await enter(cast.aziza, proof="passkey")
    buyer = await enter(cast.olga)

    assert (await buyer.get("/en/desk/privacy")).status_code == 403
    page = await admin.get("/en/desk/privacy")
    assert page.status_code in (200, 303)  # 303: an administrator without a second factor is held
