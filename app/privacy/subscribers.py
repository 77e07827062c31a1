"""What follows from sign-ups, orders, consents, and accounts that staff closed for good."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile, roles
from app.accounts.events import UserRegistered
from app.family.events import ConsentDecided
from app.kernel.i18n import Locale
from app.kernel.tasks import Queue, task
from app.kernel.viewer import Role
from app.notifications.notify import tell
from app.orders.events import OrderPlaced
from app.orders.models import Order
from app.privacy import deleting, news, policies
from app.staff.events import AccountDeletionDue


@task(queue=Queue.BULK)
async def on_registered(session: AsyncSession, event: UserRegistered) -> None:
    """The sign-in page says that going on accepts the terms."""
    person = await profile.contact(session, event.user_id)
    if person is not None:
        await policies.accept(session, "sign_up", person.locale, user_id=event.user_id)


@task(queue=Queue.BULK)
async def on_ordered(session: AsyncSession, event: OrderPlaced) -> None:
    """So does the button that pays; a guest is known by the order alone."""
    order = await session.get_one(Order, event.order_id)
    locale = Locale(order.locale)
    if event.buyer_id and await profile.contact(session, event.buyer_id) is None:
        return  # erased meanwhile
    await policies.accept(session, "order", locale, user_id=event.buyer_id, order_id=event.order_id)


@task()
async def on_consent(session: AsyncSession, event: ConsentDecided) -> None:
    """Withdrawn: the profile's 7 days begin, and every guardian hears of it."""
    waiting = await deleting.follow_consent(session, event.child_id, event.user_id)
    if waiting is None:
        return
    told = await news.of_child(session, waiting)
    guardians = await roles.holders(session, Role.GUARDIAN, event.household_id)
    for guardian in await profile.contacts(session, guardians):
        await tell(session, guardian, told)


@task(queue=Queue.BULK)
async def on_deletion_due(session: AsyncSession, event: AccountDeletionDue) -> None:
    """Staff closed the account for good, and its days to object are over."""
    await deleting.ask_at_once(session, event.user_id)


SUBSCRIBERS = {
    UserRegistered: [on_registered],
    OrderPlaced: [on_ordered],
    ConsentDecided: [on_consent],
    AccountDeletionDue: [on_deletion_due],
}
