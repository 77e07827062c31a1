"""Answers one call of Payme: one transaction, committed before the answer leaves.

Needs the database only. Whatever happens, the answer is one of the protocol's.
"""

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.observe import log
from app.kernel.services import Services
from app.payments.models import ProviderCall
from app.payments.providers.payme import PROVIDER, faults, protocol
from app.payments.providers.payme.faults import Fault
from app.payments.providers.payme.methods import METHODS, Method
from app.payments.providers.payme.protocol import Call

KEPT_CHARACTERS = 4096  # of a request and of an answer


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came over HTTP; `authorization` is never kept."""

    authorization: str | None
    body: bytes
    address: str


async def respond(services: Services, incoming: Incoming) -> bytes:
    """The answer to send with status 200, whatever it says."""
    try:
        protocol.check_credentials(services.settings, incoming.authorization)
        call = protocol.read_call(incoming.body)
        method = METHODS.get(call.method)
        if method is None:
            raise faults.unknown_method(call.method)
    except Fault as fault:
        log.info("payme_refused", status=fault.code)
        return protocol.refuse(protocol.read_id(incoming.body), fault)
    try:
        async with services.db.begin() as session:
            reply = await _run(session, method, call)
            session.add(_record(incoming, call, reply))
    except (DBAPIError, PoolTimeout, OSError) as error:
        log.error("payme_unavailable", method=call.method, error=repr(error)[:300])
        return protocol.refuse(call.id, faults.unavailable())
    except Exception as error:  # a fault of ours: rolled back, and Payme asks again
        log.error("payme_failed", method=call.method, error=repr(error), exc_info=True)
        return protocol.refuse(call.id, faults.unavailable())
    return reply


async def _run(session: AsyncSession, method: Method, call: Call) -> bytes:
    try:
        return protocol.answer(call.id, await method(session, call.params))
    except Fault as fault:
        return protocol.refuse(call.id, fault)


def _record(incoming: Incoming, call: Call, reply: bytes) -> ProviderCall:
    return ProviderCall(
        provider=PROVIDER,
        method=call.method,
        request=incoming.body.decode()[:KEPT_CHARACTERS],
        response=reply.decode()[:KEPT_CHARACTERS],
        address=incoming.address,
    )
