"""Incidents: 72 hours counted by the server, versions added, nothing lost, the right people told."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.audit.models import AuditEntry
from app.kernel import clock
from app.kernel.runner import run_due
from app.kernel.tasks import NoArguments, enqueue
from app.notifications.models import Notification
from app.oversight import tasks
from app.oversight.models import Incident, IncidentVersion
from tests.make.browsing import field, post, text_of

REGISTER = "/en/desk/incidents"


def local(moment):
    return moment.astimezone(clock.TASHKENT).strftime("%Y-%m-%dT%H:%M")


def facts(**more):
    return {
        "detected_at": local(clock.now()),
        "nature": "A copy of the orders lay open on a server",
        "categories": ["orders", "contacts"],
        "people": "120",
        "effects": "Strangers may call",
        "measures": "The server is closed",
    } | more


async def opened(client, **more):
    page = await client.get(f"{REGISTER}/new")
    answer = await post(client, REGISTER, page.text, **facts(**more))
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"]


async def amend(client, path, **more):
    page = await client.get(path)
    return await post(
        client, f"{path}/versions", page.text, **facts(version=field(page.text, "version"), **more)
    )


async def watch(services):
    """What the worker does each minute."""
    async with services.db.begin() as session:
        await enqueue(session, tasks.watch_incidents, NoArguments())
    await run_due(services)


async def told(services, kind):
    async with services.db.begin() as session:
        rows = await session.scalars(select(Notification).where(Notification.kind == kind))
        return [row.user_id for row in rows]


async def test_an_incident_is_opened_and_its_clock_runs(client, cast, sign_in, services):
    await sign_in(client, cast.aziza)
    path = await opened(client, detected_at=local(clock.now() - timedelta(hours=20)))

    page = text_of(await client.get(path))
    assert "2 days 4 hours left" in page or "2 days 3 hours left" in page
    assert "The authority has to know by" in page
    assert "overdue" not in page
    assert path.rpartition("/")[2] in text_of(await client.get(REGISTER))


async def test_past_72_hours_it_is_red_and_the_administrators_are_told_once(
    client, cast, sign_in, services
):
    await sign_in(client, cast.aziza)
    path = await opened(client)
    await watch(services)
    assert await told(services, "incident_overdue") == []

    with clock.shifted(timedelta(hours=72, minutes=1)):
        await sign_in(client, cast.aziza)
        await watch(services)
        await watch(services)
        page = await client.get(path)
        assert "badge--bad" in page.text
        assert "overdue by" in text_of(page)
        assert "Report to the authority now" in text_of(page)
        assert await told(services, "incident_overdue") == [cast.aziza.id]
        await run_due(services)
    assert await told(services, "incident_opened") == []  # the one who opened it knows


async def test_who_reported_in_time_is_left_in_peace(client, cast, sign_in, services):
    await sign_in(client, cast.aziza)
    path = await opened(client)
    await amend(client, path, notified_at=local(clock.now() + timedelta(minutes=1)))
    answer = await amend(client, path, notified_at=local(clock.now()))
    assert answer.status_code == 303

    with clock.shifted(timedelta(hours=80)):
        await sign_in(client, cast.aziza)
        await watch(services)
        page = text_of(await client.get(path))
    assert "reported in time" in page
    assert await told(services, "incident_overdue") == []


async def test_a_report_after_the_time_stays_late(client, cast, sign_in):
    await sign_in(client, cast.aziza)
    found = clock.now() - timedelta(hours=100)
    path = await opened(client, detected_at=local(found), notified_at=local(clock.now()))
    page = await client.get(path)
    assert "reported late" in text_of(page)


async def test_each_save_is_a_version_and_nothing_is_lost(client, cast, sign_in, services):
    await sign_in(client, cast.aziza)
    path = await opened(client)
    await amend(client, path, people="4500", nature="The copy was taken by a stranger")

    page = text_of(await client.get(path))
    assert "Version 2" in page
    assert "Version 1" in page
    assert "About how many people: 120 → 4500" in page
    async with services.db.begin() as session:
        rows = (await session.scalars(select(IncidentVersion).order_by("version"))).all()
        noted = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    assert [row.people for row in rows] == [120, 4500]
    assert [e.action for e in noted if e.subject_kind == "incident"] == [
        "incident.open",
        "incident.change",
    ]
    assert noted[-1].details["before"]["people"] == 120


async def test_two_authors_do_not_overwrite_each_other(client, new_client, cast, sign_in, services):
    await sign_in(client, cast.aziza)
    path = await opened(client)
    page = await client.get(path)
    seen = facts(version=field(page.text, "version"))
    answers = await asyncio.gather(
        *(post(client, f"{path}/versions", page.text, **seen | {"people": n}) for n in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [303, *[422] * 5]
    late = next(answer for answer in answers if answer.status_code == 422)
    assert "A colleague has added a version" in text_of(late)
    async with services.db.begin() as session:
        assert len((await session.scalars(select(IncidentVersion))).all()) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"detected_at": ""}, "Please fill this in."),
        ({"detected_at": "tomorrow"}, "This does not look right."),
        ({"detected_at": "2099-01-01T10:00"}, "This time has not come yet."),
        ({"detected_at": "0001-01-01T00:00"}, "This does not look right."),
        ({"nature": " "}, "Please fill this in."),
        ({"categories": []}, "Please fill this in."),
        ({"categories": ["orders", "<b>"]}, "Please choose one of the options."),
        ({"people": "-1"}, "The smallest possible number is 0."),
        ({"people": "9" * 30}, "The largest possible number is"),
        ({"people": "many"}, "Please type a whole number."),
        ({"notified_at": "2021-01-01T10:00"}, "cannot have been told before"),
        ({"effects": "x" * 4001}, "This is too long"),
    ],
    ids=str,
)
async def test_bad_input_is_told_beside_the_field_and_kept(client, cast, sign_in, change, words):
    await sign_in(client, cast.aziza)
    page = await client.get(f"{REGISTER}/new")
    answer = await post(client, REGISTER, page.text, **facts(**change))
    assert answer.status_code == 422
    assert words in text_of(answer)
    if "effects" not in change:
        assert "Strangers may call" in answer.text
    if "categories" not in change:
        assert answer.text.count(" checked") == 2


async def test_the_letter_is_there_in_four_languages(client, cast, sign_in):
    await sign_in(client, cast.aziza)
    page = await client.get(await opened(client))
    areas = page.text.split('id="draft-')[1:]
    assert [area.partition('"')[0] for area in areas] == ["uz", "uz-cyrl", "ru", "en"]
    for area in areas:
        letter = area.partition("</textarea>")[0]
        assert "A copy of the orders lay open" in letter
        assert "The server is closed" in letter
    assert "names, phones, e-mail addresses; orders and their goods" in areas[3]
    assert "Здравствуйте" in areas[2]
    assert "names, phones" not in areas[0] + areas[1] + areas[2]


async def test_what_staff_types_is_shown_as_text(client, cast, sign_in):
    await sign_in(client, cast.aziza)
    path = await opened(client, nature="<script>alert(1)</script> %(number)s {{ 7*7 }}")
    for where in (path, REGISTER):
        page = await client.get(where)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text


@pytest.mark.parametrize("name", ["olga", "botir", "malika", "sardor"])
async def test_the_register_is_closed_to_everybody_else(
    client, new_client, cast, sign_in, services, name
):
    admin = await sign_in(new_client(), cast.aziza)
    path = await opened(admin)
    await sign_in(client, getattr(cast, name))
    for where in (REGISTER, f"{REGISTER}/new", path):
        assert (await client.get(where)).status_code == 403
    for where in (REGISTER, f"{path}/versions"):
        assert (await client.post(where, data=facts(version=1))).status_code == 403
    async with services.db.begin() as session:
        assert len((await session.scalars(select(IncidentVersion))).all()) == 1


async def test_an_unknown_number_is_404(client, cast, sign_in):
    await sign_in(client, cast.aziza)
    assert (await client.get(f"{REGISTER}/AAAA-AAAA")).status_code == 404
    page = await client.get(f"{REGISTER}/new")
    gone = await post(client, f"{REGISTER}/AAAA-AAAA/versions", page.text, **facts(version=1))
    assert gone.status_code == 404


async def test_the_database_refuses_to_forget_an_incident(client, cast, sign_in, services):
    await sign_in(client, cast.aziza)
    await opened(client)
    for change in (
        update(IncidentVersion).values(people=0),
        delete(IncidentVersion),
        update(Incident).values(number="x"),
        delete(Incident),
        text("truncate incident cascade"),
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            async with services.db.begin() as session:
                await session.execute(change)
