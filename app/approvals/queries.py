"""Reads for the child's and the guardians' screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.approvals.asking import REASONS
from app.approvals.models import ApprovalRequest
from app.approvals.states import State
from app.catalog.offers import offers_for_sale
from app.family import spending
from app.family.models import ChildProfile, Household
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.money import Money
from app.kernel.viewer import ADULT, Role
from app.orders.pricing import BasketLine, price
from app.shipping.addresses import AddressData, default_address
from app.shipping.quotes import NoDelivery

BADGE = """
select count(*) from approval_request a join role_grant g
on g.scope_id = a.household_id and g.role = 'guardian' and g.user_id = :user_id
where a.state = 'asked' and a.expires_at > now()
"""

_MINE = text(
    """
    select id, offer_id, product_id, title, variant_name, art, hue, price, state, progress,
           answer, reason, created_at, expires_at
    from approval_request where child_id = :child_id
    order by created_at desc limit 30
    """
)

_HOUSEHOLD = text(
    """
    select a.id, a.title, a.art, a.hue, a.price, a.state, a.reason, a.created_at, a.expires_at,
           a.decided_at, a.answer, a.progress, a.is_over_limit, c.nickname, c.avatar,
           c.hue as child_hue, u.name as decided_by_name, o.number as order_number,
           o.state as order_state
    from approval_request a
    join child_profile c on c.id = a.child_id
    left join "user" u on u.id = a.decided_by
    left join "order" o on o.id = a.order_id
    where a.household_id = :household_id
    order by (a.state = 'asked') desc, a.created_at desc limit 50
    """
)


@dataclass(frozen=True, slots=True)
class Question:
    """One request as the guardian decides it; money in tiyin inside Money."""

    id: UUID
    child_id: UUID
    offer_id: UUID
    nickname: str
    avatar: str
    child_hue: int
    title: dict[str, Any]
    variant_name: dict[str, Any] | None
    art: str
    hue: int
    seller_name: str
    reason_art: str
    reason_text: str
    price: Money
    asked_price: Money
    state: State
    is_open: bool
    answer: str | None
    progress: str | None
    order_id: UUID | None
    created_at: Any
    expires_at: Any
    decided_by: UUID | None
    day: spending.DayState
    confirm_above: int
    hides_details: bool
    asked_over_limit: bool
    age_from: int
    is_available: bool

    @property
    def room(self) -> int:
        """What this purchase may take of the day: what is free, and what it reserved itself."""
        return self.day.left + (0 if self.asked_over_limit else self.asked_price.amount)

    @property
    def over_limit(self) -> bool:
        return self.price.amount > self.room

    @property
    def left_after(self) -> Money:
        """What is left of the day's limit when this is bought."""
        return Money.uzs(max(self.room - self.price.amount, 0))

    @property
    def needs_confirmation(self) -> bool:
        """Above the household's sum, or over the limit, a passkey or the PIN is asked."""
        return self.over_limit or self.price.amount > self.confirm_above

    @property
    def spent(self) -> Money:
        return Money.uzs(self.day.spent)

    def share(self, amount: int) -> int:
        """Percent of the day's limit."""
        return min(round(100 * amount / self.day.limit), 100) if self.day.limit else 0


async def mine(session: AsyncSession, child_id: UUID) -> Sequence[Row[Any]]:
    """The child's own requests, newest first (inside its restricted transaction)."""
    return (await session.execute(_MINE, {"child_id": child_id})).all()


async def version(session: AsyncSession, child_id: UUID) -> str:
    """Changes whenever one of the child's requests moves."""
    statement = text(
        "select coalesce(sum(version), 0) || ':' || count(*) from approval_request"
        " where child_id = :child_id"
    )
    return str(await session.scalar(statement, {"child_id": child_id}))


async def of_household(session: AsyncSession, household_id: UUID) -> list[dict[str, Any]]:
    """The household's requests: open ones first."""
    rows = await session.execute(_HOUSEHOLD, {"household_id": household_id})
    return [{**row._mapping, "price": Money.uzs(row.price)} for row in rows]  # noqa: SLF001


async def question(session: AsyncSession, household_id: UUID | None, request_id: UUID) -> Question:
    """Everything the approval page shows; another family's request is not found."""
    statement = (
        select(ApprovalRequest, ChildProfile, Household)
        .join(ChildProfile, ChildProfile.id == ApprovalRequest.child_id)
        .join(Household, Household.id == ApprovalRequest.household_id)
        .where(ApprovalRequest.id == request_id, ApprovalRequest.household_id == household_id)
    )
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    request, child, household = row
    now = (await session.execute(_NOW, {"offer_id": request.offer_id})).first()
    day = await spending.today(session, child.id)
    return _question(request, child, household, now, day)


def _question(
    request: ApprovalRequest,
    child: ChildProfile,
    household: Household,
    now: Row[Any] | None,
    day: spending.DayState,
) -> Question:
    art, words = REASONS[request.reason]
    return Question(
        id=request.id,
        child_id=child.id,
        offer_id=request.offer_id,
        nickname=child.nickname,
        avatar=child.avatar,
        child_hue=child.hue,
        title=request.title,
        variant_name=request.variant_name,
        art=request.art,
        hue=request.hue,
        seller_name=request.seller_name,
        reason_art=art,
        reason_text=words,
        price=Money.uzs(now.price if now else request.price),
        asked_price=Money.uzs(request.price),
        state=State(request.state),
        is_open=request.state == State.ASKED and request.expires_at > clock.now(),
        answer=request.answer,
        progress=request.progress,
        order_id=request.order_id,
        created_at=request.created_at,
        expires_at=request.expires_at,
        decided_by=request.decided_by,
        day=day,
        confirm_above=household.confirm_above,
        hides_details=household.hides_push_details,
        asked_over_limit=request.is_over_limit,
        age_from=now.age_from if now else 0,
        is_available=bool(now and now.available >= request.quantity),
    )


_NOW = text(
    """
    select o.price, p.age_from, s.on_hand - s.held as available
    from offer o join product p on p.id = o.product_id join stock_level s on s.offer_id = o.id
    where o.id = :offer_id and o.is_open and p.state = 'approved'
    """
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a notification about a request may say."""

    title: dict[str, Any]
    price: Money
    nickname: str
    seller_name: str
    left_today: Money
    hides_details: bool
    answer: str | None


async def summary(session: AsyncSession, request_id: UUID) -> Summary:
    """For messages to the guardians; the caller decides who may read it."""
    statement = (
        select(ApprovalRequest, ChildProfile.nickname, Household.hides_push_details)
        .join(ChildProfile, ChildProfile.id == ApprovalRequest.child_id)
        .join(Household, Household.id == ApprovalRequest.household_id)
        .where(ApprovalRequest.id == request_id)
    )
    request, nickname, hides = (await session.execute(statement)).one()
    day = await spending.today(session, request.child_id)
    return Summary(
        title=request.title,
        price=Money.uzs(request.price),
        nickname=nickname,
        seller_name=request.seller_name,
        left_today=Money.uzs(day.left),
        hides_details=hides,
        answer=request.answer,
    )


async def order_of(session: AsyncSession, shown: Question) -> Row[Any] | None:
    """The number and state of the order that came of the question."""
    if shown.order_id is None:
        return None
    statement = text('select number, state from "order" where id = :id')
    return (await session.execute(statement, {"id": shown.order_id})).first()


async def decider_name(session: AsyncSession, shown: Question) -> str:
    """Who decided, so that both guardians read the same."""
    if shown.decided_by is None:
        return ""
    statement = text('select name from "user" where id = :id')
    return str(await session.scalar(statement, {"id": shown.decided_by}) or "")


async def delivery_address(
    session: AsyncSession, guardian_id: UUID | None, household_id: UUID | None
) -> AddressData | None:
    """Where the parcel goes: the guardian's own address, else the one of another guardian."""
    others = await roles.holders(session, Role.GUARDIAN, household_id)
    for user_id in [guardian_id, *(other for other in others if other != guardian_id)]:
        if user_id is not None and (found := await default_address(session, user_id)) is not None:
            return found
    return None


async def delivery_price(
    session: AsyncSession, shown: Question, address: AddressData | None
) -> Money | None:
    """What bringing it costs, so that the guardian sees the whole sum before deciding."""
    if address is None or not shown.is_open or not shown.is_available:
        return None
    offers = await offers_for_sale(session, ADULT, [shown.offer_id])
    lines = [BasketLine(offer, 1) for offer in offers.values()]
    try:
        return Money.uzs((await price(session, lines, address.region)).delivery)
    except NoDelivery:
        return None
