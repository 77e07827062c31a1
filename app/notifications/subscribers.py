"""Who hears of what. Each runs once, in the transaction that marks it done."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile, roles
from app.accounts.events import PasskeyAdded, PasskeyRemoved, SessionEnded, SignedIn, WaysChanged
from app.accounts.profile import Contact
from app.approvals import queries as approvals
from app.approvals.events import ApprovalAsked, ApprovalDecided
from app.delivery.events import PushGone
from app.delivery.models import Message
from app.family.events import ChildPhoneLinked
from app.kernel.tasks import Queue, task
from app.kernel.viewer import Role
from app.notifications import carrying, facts, notify, subscriptions
from app.notifications.catalogue import CATALOGUE
from app.notifications.models import Notification
from app.notifications.notify import News, tell
from app.orders.events import OrderPaid, SellerOrderMoved
from app.oversight.events import IncidentOpened, IncidentOverdue

MOVES = frozenset({"accepted", "packed", "handed_over", "delivered"})


async def _guardians(session: AsyncSession, household_id: UUID) -> list[Contact]:
    held = await roles.holders(session, Role.GUARDIAN, household_id)
    return await profile.contacts(session, held)


@task(queue=Queue.CRITICAL)
async def on_asked(session: AsyncSession, event: ApprovalAsked) -> None:
    """Every guardian of the family, at once."""
    wish = await approvals.summary(session, event.request_id)
    news = News(
        kind="approval_asked",
        subject=str(event.request_id),
        path=f"/family/approvals/{event.request_id}",
        tag=str(event.request_id),
        data={
            "nickname": wish.nickname,
            "title": wish.title,
            "price": wish.price.amount,
            "seller": wish.seller_name,
            "left": wish.left_today.amount,
            "hides_details": wish.hides_details,
        },
    )
    for guardian in await _guardians(session, event.household_id):
        await tell(session, guardian, news)


@task(queue=Queue.CRITICAL)
async def on_decided(session: AsyncSession, event: ApprovalDecided) -> None:
    """The other guardians: their question is answered, and the same push now says how."""
    await notify.settle(session, "approval_asked", str(event.request_id))
    wish = await approvals.summary(session, event.request_id)
    decider = await profile.contact(session, event.decided_by) if event.decided_by else None
    news = News(
        kind=f"approval_{event.decision}",
        subject=str(event.request_id),
        path=f"/family/approvals/{event.request_id}",
        tag=str(event.request_id),
        data={
            "nickname": wish.nickname,
            "title": wish.title,
            "price": wish.price.amount,
            "decider": decider.name if decider else "",
            "hides_details": wish.hides_details,
        },
    )
    for guardian in await _guardians(session, event.household_id):
        if guardian.user_id != event.decided_by:
            await tell(session, guardian, news)


@task(queue=Queue.CRITICAL)
async def on_paid(session: AsyncSession, event: OrderPaid) -> None:
    """The buyer, and the people of each shop that has something to pack."""
    if event.buyer_id and (buyer := await profile.contact(session, event.buyer_id)):
        news = News(
            kind="order_paid",
            subject=str(event.order_id),
            path=f"/orders/{event.number}",
            tag=f"order:{event.order_id}",
            data={"number": event.number},
        )
        await tell(session, buyer, news)
    for part in await facts.parts(session, event.seller_order_ids):
        held = await roles.holders(session, Role.SELLER, part.seller_id)
        held += await roles.holders(session, Role.CLERK, part.seller_id)
        news = News(
            kind="seller_order_new",
            subject=str(part.id),
            path=f"/seller/orders/{part.number}",
            tag=f"part:{part.id}",
            data={"number": part.number, "total": part.goods},
        )
        for person in await profile.contacts(session, held):
            await tell(session, person, news)


@task()
async def on_moved(session: AsyncSession, event: SellerOrderMoved) -> None:
    """The buyer of record; a child's own screen follows by itself."""
    if event.state not in MOVES or event.buyer_id is None:
        return
    buyer = await profile.contact(session, event.buyer_id)
    if buyer is None:
        return
    for part in await facts.parts(session, [event.seller_order_id]):
        news = News(
            kind=f"part_{event.state}",
            subject=str(part.id),
            path=f"/orders/{part.order_number}",
            tag=f"part:{part.id}",
            data={"number": part.order_number, "seller": part.seller_name},
        )
        await tell(session, buyer, news)


@task()
async def on_signed_in(session: AsyncSession, event: SignedIn) -> None:
    if event.is_new_device:
        subject = f"{event.session_id}:{event.device}"
        await _warn(session, "new_device", event.user_id, subject, event.device)


@task()
async def on_passkey_added(session: AsyncSession, event: PasskeyAdded) -> None:
    await _warn(session, "passkey_added", event.user_id, str(event.passkey_id), event.label)


@task()
async def on_ways_changed(session: AsyncSession, event: WaysChanged) -> None:
    """The inbox and the devices; the letters went to every address with the change itself."""
    if person := await profile.contact(session, event.user_id):
        news = News(
            kind="ways_changed",
            subject=str(event.change_id),
            path="/me/ways",
            tag=f"safety:{event.change_id}",
            data={"change": event.what},
        )
        await tell(session, person, news)


@task()
async def on_passkey_removed(session: AsyncSession, event: PasskeyRemoved) -> None:
    await _warn(session, "passkey_removed", event.user_id, str(event.passkey_id), event.label)


async def _warn(session: AsyncSession, kind: str, user_id: UUID, subject: str, device: str) -> None:
    if person := await profile.contact(session, user_id):
        news = News(
            kind=kind, subject=subject, path="/me", tag=f"safety:{subject}", data={"device": device}
        )
        await tell(session, person, news)


@task()
async def on_phone_linked(session: AsyncSession, event: ChildPhoneLinked) -> None:
    """Every guardian, also the one who showed the link; on a lock screen without the name."""
    news = News(
        kind="child_phone",
        subject=str(event.device_id),
        path=f"/family/children/{event.child_id}/phones",
        tag=f"safety:{event.device_id}",
        data={"device": event.device},
    )
    for guardian in await _guardians(session, event.household_id):
        await tell(session, guardian, news)


@task()
async def on_session_ended(session: AsyncSession, event: SessionEnded) -> None:
    await subscriptions.drop_of_session(session, event.session_id)


@task(queue=Queue.CRITICAL)
async def on_push_gone(session: AsyncSession, event: PushGone) -> None:
    """Forget the dead subscription; when it was the last, unread news goes by SMS."""
    await subscriptions.drop(session, event.endpoint)
    message = await session.get(Message, event.message_id)
    if message is None or message.user_id is None or message.kind not in CATALOGUE:
        return
    if await subscriptions.of_user(session, message.user_id):
        return
    row = await session.scalar(
        select(Notification)
        .where(
            Notification.user_id == message.user_id,
            Notification.kind == message.kind,
            Notification.read_at.is_(None),
        )
        .order_by(Notification.id.desc())
        .limit(1)
    )
    person = await profile.contact(session, message.user_id)
    if row is not None and person is not None:
        await carrying.carry(session, person, carrying.news_of(row, row.key), row.id)


@task()
async def on_incident_opened(session: AsyncSession, event: IncidentOpened) -> None:
    """The other administrators; who opened it knows."""
    number = event.number
    for admin in await _admins(session):
        if admin.user_id != event.opened_by:
            await tell(session, admin, _incident("incident_opened", number, number))


@task(queue=Queue.CRITICAL)
async def on_incident_overdue(session: AsyncSession, event: IncidentOverdue) -> None:
    """Every administrator, once for each time that was missed."""
    subject = f"{event.number}:{event.due_at.isoformat()}"
    for admin in await _admins(session):
        await tell(session, admin, _incident("incident_overdue", event.number, subject))


def _incident(kind: str, number: str, subject: str) -> News:
    return News(
        kind=kind,
        subject=subject,
        path=f"/desk/incidents/{number}",
        tag=f"incident:{number}",
        data={"number": number},
    )


async def _admins(session: AsyncSession) -> list[Contact]:
    return await profile.contacts(session, await roles.holders(session, Role.ADMIN, None))


SUBSCRIBERS = {
    ApprovalAsked: [on_asked],
    ApprovalDecided: [on_decided],
    OrderPaid: [on_paid],
    SellerOrderMoved: [on_moved],
    SignedIn: [on_signed_in],
    PasskeyAdded: [on_passkey_added],
    PasskeyRemoved: [on_passkey_removed],
    WaysChanged: [on_ways_changed],
    ChildPhoneLinked: [on_phone_linked],
    SessionEnded: [on_session_ended],
    PushGone: [on_push_gone],
    IncidentOpened: [on_incident_opened],
    IncidentOverdue: [on_incident_overdue],
}
