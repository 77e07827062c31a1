"""Tokens for programs, and the keys that prove them."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import Body
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import families, scopes, signing
from app.api.errors import GrantRefused
from app.api.families import Granted
from app.api.routes.declaring import ROOT, refusals
from app.api.shapes import CodeGrant, PublicKey, PublicKeys, RefreshGrant, Tokens
from app.api.signing import Claims
from app.kernel import access, failures
from app.kernel.config import Settings
from app.kernel.ratelimit import Limits, address_of
from app.kernel.services import Services

GRANTS = "60/minute"  # from one network
KEYS_SECONDS = 300


@post(
    f"{ROOT}/token",
    opt=access.machines,
    name="api.token",
    summary="Receive tokens for a code, or the next ones for a refresh token",
    description="No token is needed: the code or the refresh token is the proof.",
    tags=["token"],
    status_code=200,
    responses=refusals(400, 422, 429, 503),
)
async def token(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    services: Services,
    limits: Limits,
    data: Annotated[CodeGrant | RefreshGrant, Body(title="Grant")],
) -> Response[Tokens]:
    """A refusal is answered, not raised: the end of a family must not be rolled back."""
    await limits.hit(GRANTS, "api-token", address_of(request))
    settings = services.settings
    if isinstance(data, CodeGrant):
        granted = await families.exchange(session, settings, data.code)
    else:
        program = request.headers.get("user-agent", "")[:200]
        granted = await families.refresh(
            session, settings, data.client_id, data.refresh_token, program
        )
    if granted is None:
        refused: Any = failures.problem(request, GrantRefused(), GrantRefused.status)
        return refused  # type: ignore[no-any-return]
    headers = {"cache-control": "no-store"}
    return Response(_tokens(settings, granted), headers=headers)


def _tokens(settings: Settings, granted: Granted) -> Tokens:
    claims = Claims(granted.user_id, granted.client_id, granted.scopes)
    return Tokens(
        access_token=signing.issue(settings, claims),
        expires_in=int(signing.LIFETIME.total_seconds()),
        refresh_token=granted.refresh_token,
        client_id=granted.client_id,
        scope=" ".join(scopes.in_order(granted.scopes)),
    )


@get(
    f"{ROOT}/keys",
    opt=access.machines,
    name="api.keys",
    summary="The public keys of access tokens, as a JWK Set",
    tags=["token"],
)
async def keys(services: Services) -> Response[PublicKeys]:
    """Today's and former ones; a check with them alone does not see that a connection ended."""
    found = signing.public_keys(services.settings)["keys"]
    body = PublicKeys([PublicKey(**one) for one in found])
    return Response(body, headers={"cache-control": f"public, max-age={KEYS_SECONDS}"})


ROUTES = [token, keys]
