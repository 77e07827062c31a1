"""The task that carries one message out and writes down what became of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from app.delivery import mail, push, sms
from app.delivery.events import PushGone
from app.delivery.models import Message
from app.delivery.trouble import Gone, Undeliverable
from app.kernel import clock
from app.kernel.events import publish
from app.kernel.observe import log
from app.kernel.services import Services
from app.kernel.tasks import Queue, Retry, task

TRIES = 8  # with growing delays: about four minutes, by then a code is of no use
CHANNELS = {"sms": sms.send, "mail": mail.send, "push": push.send}


@dataclass(frozen=True)
class SendMessage:
    message_id: UUID


@task(queue=Queue.CRITICAL, outward=True, tries=TRIES)
async def send_now(services: Services, args: SendMessage) -> None:
    """Codes and approvals: never behind anything else."""
    await deliver(services, args.message_id)


@task(queue=Queue.DEFAULT, outward=True, tries=TRIES)
async def send_soon(services: Services, args: SendMessage) -> None:
    await deliver(services, args.message_id)


async def deliver(services: Services, message_id: UUID) -> None:
    """Send one message unless that happened; raises Retry while the world is not ready.

    A crash between sending and noting it sends twice; each channel carries the message's id, by
    which a gateway or a phone drops the second copy.
    """
    async with services.db.begin() as session:
        message = await session.get(Message, message_id)
    if message is None or message.state != "waiting":
        return
    try:
        await CHANNELS[message.channel](services, message)
    except Undeliverable as fault:
        await _give_up(services, message, fault)
    except Retry as fault:
        await _note_try(services, message, str(fault))
        raise
    else:
        await _mark(services, message_id, state="sent", sent_at=clock.now(), error=None)


async def _mark(services: Services, message_id: UUID, **values: object) -> None:
    """Write the outcome; in production the words do not stay."""
    if services.settings.is_production and values.get("state") != "waiting":
        values |= {"body": "", "subject": None}
    async with services.db.begin() as session:
        await session.execute(
            update(Message)
            .where(Message.id == message_id)
            .values(tries=Message.tries + 1, **values)
        )


async def _note_try(services: Services, message: Message, reason: str) -> None:
    last = message.tries + 1 >= TRIES
    await _mark(services, message.id, state="failed" if last else "waiting", error=reason)


async def _give_up(services: Services, message: Message, fault: Undeliverable) -> None:
    gone = isinstance(fault, Gone)
    log.warning("message_failed", channel=message.channel, kind=message.kind, reason=str(fault))
    await _mark(services, message.id, state="gone" if gone else "failed", error=str(fault))
    if gone and message.channel == "push":
        async with services.db.begin() as session:
            await publish(session, PushGone(message.recipient, message.id))
