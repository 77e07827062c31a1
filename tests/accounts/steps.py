"""What a browser does on the pages that open an account."""

import re
import secrets

from sqlalchemy import select

from app.accounts import passwords
from app.accounts.handles import Handle, Kind
from app.accounts.models import Identity
from app.delivery.models import Message
from app.kernel import clock

CSRF = re.compile(r'name="_csrf_token" value="([^"]+)"')
CODE = re.compile(r"\b(\d{6})\b")
HERE = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}
PASSWORD = "tuya qushi va uchta anor"


def csrf_of(page):
    return CSRF.search(page.text).group(1)


async def send(client, path, csrf_from=None, **data):
    """Fill in the form of a page and send it."""
    headers = dict(HERE)
    if "x-csrf-token" not in client.headers:
        page = csrf_from or await client.get(path)
        data["_csrf_token"] = csrf_of(page)
    return await client.post(path, data=data, headers=headers)


async def last_message(services, to):
    async with services.db.begin() as session:
        newest = select(Message).where(Message.recipient == to).order_by(Message.id.desc())
        return await session.scalar(newest.limit(1))


async def last_code(services, to):
    return CODE.search((await last_message(services, to)).body).group(1)


async def give_mail(services, person, mail=None):
    """A confirmed mail address for a person of the cast."""
    mail = mail or f"{person.name.lower()}@mail.uz"
    async with services.db.begin() as session:
        session.add(Identity(user_id=person.id, kind="mail", value=mail, verified_at=clock.now()))
    return Handle(Kind.MAIL, mail)


async def give_password(services, person, password=PASSWORD):
    async with services.db.begin() as session:
        await passwords.set_new(session, services.settings, person.id, password)
    return password


async def messages(services):
    async with services.db.begin() as session:
        return (await session.scalars(select(Message).order_by(Message.id))).all()


def without_random(answer, *typed):
    """A page without what differs from one request to the next, and without what was typed."""
    text = CSRF.sub("", answer.text)
    for word in typed:
        local = word.removeprefix("+998")
        spaced = f"{local[:2]} {local[2:5]} {local[5:7]} {local[7:]}"
        for form in (word, local, spaced):
            text = text.replace(form, "")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text)


def fresh_phone():
    return f"+99893{secrets.randbelow(10**7):07d}"
