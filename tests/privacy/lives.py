"""People who used everything: the words that must be gone when they are, and how they lived."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from app.accounts import signup
from app.accounts.events import SignedIn
from app.accounts.handles import Handle, Kind
from app.accounts.models import Identity, Passkey, RoleGrant, Session
from app.approvals import asking, deciding
from app.approvals.asking import Ask
from app.audit.record import record
from app.cart import cart
from app.cart.owner import Owner
from app.delivery import outbox
from app.family import consent, household
from app.kernel import clock
from app.kernel.db import Base
from app.kernel.events import publish
from app.kernel.i18n import Locale
from app.kernel.ids import new_id
from app.kernel.viewer import ADULT, Child, Grant, Role, Viewer
from app.notifications.models import PushSubscription
from app.orders import fulfilling, paying
from app.orders.models import Order, SellerOrder
from app.privacy import exporting
from app.shipping import addresses
from app.shipping.addresses import AddressData
from tests import cast
from tests.make.orders import worker_of

STEPS = (fulfilling.accept, fulfilling.pack, fulfilling.hand_over, fulfilling.deliver)


@dataclass
class Life:
    """A parent with a child; `words` are what would lead back to them."""

    name: str
    phone: str
    mail: str
    family: str
    nickname: str
    street: str
    user_id: UUID = field(default_factory=new_id)
    household_id: UUID = field(default_factory=new_id)
    child_id: UUID = field(default_factory=new_id)
    order_id: UUID = field(default_factory=new_id)

    @property
    def words(self) -> set[str]:
        digits = self.phone.removeprefix("+998")
        return {self.name, digits, self.mail, self.family, self.nickname, self.street}

    @property
    def viewer(self) -> Viewer:
        grants = (Grant(Role.GUARDIAN, self.household_id),)
        return Viewer(user_id=self.user_id, name=self.name, grants=grants)

    @property
    def address(self) -> AddressData:
        return AddressData(self.name, self.phone, "1726", "1726294", self.street, "Xalqaqz bozori")


def zumrad() -> Life:
    return Life(
        name="Zumradqz Qodirova",
        phone="+998977770011",
        mail="zumradqz@pochta.uz",
        family="Qodirovlarqz",
        nickname="Momiqvoyqz",
        street="Navruzqz koʻchasi 77",
    )


async def live(services, run_tasks, life: Life) -> Life:
    """Sign up, have a child, wish, buy, be told, leave a trace in every slice."""
    await _arrive(services, life)
    await _ask_and_approve(services, life)
    await run_tasks()
    await _buy(services, life)
    await _be_known(services, life)
    async with services.db.begin() as session:
        await exporting.ask(session, life.viewer, life.user_id, Locale.UZ)
    await run_tasks()
    return life


async def _arrive(services, life: Life) -> None:
    async with services.db.begin() as session:
        handle = Handle(Kind.PHONE, life.phone)
        life.user_id = await signup.user_for(session, handle, "uz", life.name)
        now = clock.now()
        session.add(Identity(user_id=life.user_id, kind="mail", value=life.mail, verified_at=now))
        given = consent.Given(life.user_id, None, "family_start")
        life.household_id = await household.create(session, life.user_id, life.family, given)
        year = clock.local_day().year - 8
        child = household.NewChild(life.nickname, year, "owl", 20_000_000)
        life.child_id = await household.add_child(session, life.household_id, child, given)
        await addresses.save(session, life.user_id, life.address)


async def ask(services, life: Life, good) -> UUID:
    kid = Child(life.child_id, life.household_id, life.nickname, "owl", 4, 8)
    async with services.db.begin() as session:
        wanted = Ask(good.offer_id, "birthday", f"key-{good.slug}")
        return await asking.ask(session, kid, ADULT, wanted)


async def _ask_and_approve(services, life: Life) -> None:
    first = await ask(services, life, cast.planetarium)
    await ask(services, life, cast.puzzle)
    async with services.db.begin() as session:
        order = await deciding.approve(
            session,
            deciding.Approval(
                request_id=first,
                household_id=life.household_id,
                guardian_id=life.user_id,
                seen_price=cast.planetarium.price * 100,
                address=life.address,
            ),
        )
        life.order_id = order.id


async def _buy(services, life: Life) -> None:
    """The order is paid, packed and brought."""
    async with services.db.begin() as session:
        order = await session.get_one(Order, life.order_id)
        await paying.pay(session, order.id, order.total)
    async with services.db.begin() as session:
        number = await session.scalar(
            select(SellerOrder.number).where(SellerOrder.order_id == life.order_id)
        )
    for step in STEPS:
        async with services.db.begin() as session:
            await step(session, worker_of(cast.quvnoq, cast.botir), number)


async def _be_known(services, life: Life) -> None:
    """Devices, a passkey, a cart, push, codes, messages, the audit trail."""
    async with services.db.begin() as session:
        device = Session(
            token_hash=new_id().bytes,
            csrf_secret="s",
            user_id=life.user_id,
            device="Chrome, Android",
            expires_at=clock.now() + exporting.LIFE,
        )
        session.add(device)
        await session.flush()
        session.add(
            Session(
                token_hash=new_id().bytes,
                csrf_secret="s",
                zone="kids",
                child_id=life.child_id,
                suspended_id=device.id,
                expires_at=clock.now() + exporting.LIFE,
            )
        )
        session.add(
            Passkey(
                user_id=life.user_id,
                credential_id=b"1",
                public_key=b"2",
                sign_count=0,
                backup_eligible=False,
                backed_up=False,
                aaguid="",
                name=f"{life.name} telefoni",
                transports="",
            )
        )
        session.add(
            PushSubscription(
                user_id=life.user_id,
                session_id=device.id,
                endpoint=f"https://127.0.0.1/{life.user_id}",
                p256dh="p",
                auth="a",
                locale="uz",
                seen_at=clock.now(),
            )
        )
        await cart.add(session, Owner(life.user_id, None), cast.football.offer_id, 1)
        await outbox.send_sms(session, life.phone, "code", "Kod: 123456", "uz")
        await outbox.send_mail(
            session, address=life.mail, kind="code", subject="Kod", text="1", locale="uz"
        )
        await publish(session, SignedIn(life.user_id, device.id, "Chrome, Android", True))
        await record(session, life.viewer, "passkey.add", "passkey", new_id())


async def add_guardian(services, life: Life, person) -> None:
    async with services.db.begin() as session:
        session.add(RoleGrant(user_id=person.id, role=Role.GUARDIAN, scope_id=life.household_id))


async def dump(services) -> dict[str, str]:
    """Every row of every table as text, by table."""
    found = {}
    async with services.db.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        for table in Base.metadata.tables:
            rows = await raw.fetch(f'select t::text as row from "{table}" t')
            found[table] = "\n".join(row["row"] for row in rows)
    return found


async def kept_in_valkey(services) -> str:
    """Every key and value of Valkey as text."""
    lines = []
    async for key in services.redis.scan_iter():
        kind = await services.redis.type(key)
        value = await services.redis.dump(key)
        lines.append(f"{key!r} {kind!r} {value!r}")
    return "\n".join(lines)
