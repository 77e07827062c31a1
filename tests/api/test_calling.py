"""Who may call: forged, foreign, spent and misplaced tokens open nothing."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr, ValidationError
from sqlalchemy import select, update

from app.accounts.models import RoleGrant, SecondFactor, User
from app.api import signing
from app.api.errors import TokenRefused
from app.api.models import ApiClient
from app.kernel import clock
from app.kernel.config import Environment
from app.kernel.errors import Unavailable
from app.kernel.ids import new_id
from tests.api.programs import V1, bearer
from tests.conftest import make_settings


def is_refused(answer):
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith('Bearer realm="bozorcha"')
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "token_refused"
    return True


@pytest.fixture
async def pair(programs, cast):
    return await programs.tokens(cast.olga)


@pytest.fixture
def forge(services, pair):
    """The genuine token with changes; signed by the genuine key unless another is given."""
    ring = signing._ring(services.settings)
    genuine = jwt.decode(pair["access_token"], options={"verify_signature": False})

    def make(*, key=None, algorithm="EdDSA", headers=None, without=(), **claims):
        said = {k: v for k, v in (genuine | claims).items() if k not in without}
        head = {"typ": "at+jwt", "kid": ring.present} | (headers or {})
        return jwt.encode(said, key or ring.private, algorithm=algorithm, headers=head)

    return make


async def test_the_genuine_one_passes(programs, forge):
    assert (await programs.get("/me", forge())).status_code == 200


def b64(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


async def test_alg_none_is_refused(programs, pair):
    _head, body, _ = pair["access_token"].split(".")
    kid = jwt.get_unverified_header(pair["access_token"])["kid"]
    for alg in ("none", "None", "nOnE"):
        bare = b64({"alg": alg, "typ": "at+jwt", "kid": kid})
        assert is_refused(await programs.get("/me", f"{bare}.{body}."))


async def test_a_mac_with_our_public_key_is_refused(programs, services, pair):
    ring = signing._ring(services.settings)
    public = ring.public[ring.present]
    body = pair["access_token"].split(".")[1]
    for key in (
        public.public_bytes_raw(),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ):
        head = b64({"alg": "HS256", "typ": "at+jwt", "kid": ring.present})
        made = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        mac = made.sign(f"{head}.{body}".encode(), key)
        assert is_refused(await programs.get("/me", f"{head}.{body}.{b64(mac)}"))


async def test_another_key_under_our_id_is_refused(programs, forge):
    assert is_refused(await programs.get("/me", forge(key=Ed25519PrivateKey.generate())))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "http://localhost:8000"},
        {"aud": ["http://localhost:8000/api/v1", "x"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"nbf": 4102444800},
        {"iat": 4102444800},
        {"sub": "not an id"},
        {"sub": "0192f0c1-7d1e-7aaa-8f00-1c2d3e4f5a6b"},
        {"client_id": "0192f0c1-7d1e-7aaa-8f00-1c2d3e4f5a6b"},
        {"client_id": None},
        {"scope": ["profile:read"]},
        {"headers": {"typ": "JWT"}},
        {"headers": {"typ": None}},
        {"headers": {"kid": "other"}},
        {"headers": {"kid": ""}},
        {"headers": {"crit": ["b64"], "b64": False}},
        *({"without": (name,)} for name in signing._CLAIMS),
    ],
    ids=str,
)
async def test_a_wrong_claim_is_refused_however_well_signed(programs, forge, change):
    assert is_refused(await programs.get("/me", forge(**change)))


async def test_a_key_in_the_header_is_not_looked_at(programs, forge):
    own = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(own.public_key().public_bytes_raw())}
    headers = {"jwk": jwk, "jku": "https://evil.example/keys", "kid": "evil"}

    assert is_refused(await programs.get("/me", forge(key=own, headers=headers)))


async def test_claims_cannot_widen_what_was_given(programs, forge, cast):
    token = forge(scope="profile:read orders:read family:read sales:write")

    assert (await programs.get("/me", token)).json()["scopes"] == ["profile:read", "orders:read"]
    assert (await programs.get("/family/children", token)).status_code == 403


async def test_it_is_over_after_ten_minutes(programs, pair):
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=15)):
        assert is_refused(await programs.get("/me", pair["access_token"]))


async def test_a_former_key_of_the_ring_still_counts_and_a_removed_one_does_not(settings):
    old, new = (b64(Ed25519PrivateKey.generate().private_bytes_raw()) for _ in range(2))

    def ring(text):
        return settings.model_copy(update={"api_signing_keys": SecretStr(text)})

    claims = signing.Claims(new_id(), new_id(), frozenset({"profile:read"}))
    before = signing.issue(ring(old), claims)

    assert signing.read(ring(f"{new}, {old}"), before) == claims
    assert signing.issue(ring(f"{new},{old}"), claims) != before
    with pytest.raises(TokenRefused):
        signing.read(ring(new), before)
    kids = [key["kid"] for key in signing.public_keys(ring(f"{new},{old}"))["keys"]]
    assert kids[0] == signing.public_keys(ring(new))["keys"][0]["kid"]
    assert len(kids) == 2


@pytest.mark.parametrize("text", ["abc", "!" * 43, "A" * 44 + "," + "A" * 43, "s" * 40])
def test_a_signing_key_that_is_none_stops_the_start(text):
    with pytest.raises(ValidationError):
        make_settings("", "", api_signing_keys=SecretStr(text))


async def test_production_has_no_keys_of_its_own_making(settings):
    production = settings.model_copy(update={"env": Environment.PRODUCTION})

    assert signing.public_keys(production) == {"keys": []}
    with pytest.raises(Unavailable):
        signing.issue(production, signing.Claims(new_id(), new_id(), frozenset()))


async def test_the_published_keys_verify_and_hold_nothing_private(client, pair):
    answer = await client.get(f"{V1}/keys")

    [key] = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    said = jwt.decode(
        pair["access_token"],
        jwt.PyJWK(key).key,
        algorithms=["EdDSA"],
        audience="http://localhost:8000/api/v1",
    )
    assert said["client_id"] == pair["client_id"]


async def test_a_key_calls_and_its_typos_do_not(programs, cast):
    key = await programs.key(cast.botir)

    assert (await programs.get("/me", key)).json()["roles"] == ["seller"]
    wrong = "a" if key[30] != "a" else "b"
    for other in (key[:-1], key + "0", key.lower(), key[:30] + wrong + key[31:], "bz_"):
        assert is_refused(await programs.get("/me", other))


async def test_a_well_formed_key_with_another_secret_is_refused(programs, cast, services):
    from app.api import tokens

    await programs.key(cast.botir)
    async with services.db.begin() as session:
        row_id = await session.scalar(select(ApiClient.id))

    assert is_refused(await programs.get("/me", tokens.new_key(row_id)))
    assert is_refused(await programs.get("/me", tokens.new_key(new_id())))


async def test_a_key_ends_by_itself(programs, cast):
    key = await programs.key(cast.botir, days=30)

    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert is_refused(await programs.get("/me", key))


async def test_a_suspended_person_has_no_program_at_once(programs, cast, services, pair):
    key = await programs.key(cast.botir)
    async with services.db.begin() as session:
        await session.execute(update(User).values(suspended_at=clock.now()))

    assert is_refused(await programs.get("/me", key))
    assert is_refused(await programs.get("/me", pair["access_token"]))


async def test_a_lost_role_takes_its_scopes_at_once(programs, cast, services):
    key = await programs.key(cast.anvar)
    assert (await programs.get("/seller/orders", key)).status_code == 200
    async with services.db.begin() as session:
        grants = await session.scalars(select(RoleGrant).where(RoleGrant.user_id == cast.anvar.id))
        for grant in grants:
            await session.delete(grant)

    answer = await programs.get("/seller/orders", key)

    assert answer.status_code == 403
    assert answer.json()["code"] == "scope_missing"
    assert 'scope="sales:read"' in answer.headers["www-authenticate"]


async def test_a_seller_without_second_factor_calls_nothing(programs, cast, services):
    key = await programs.key(cast.botir)
    async with services.db.begin() as session:
        await session.execute(update(SecondFactor).values(seed=None))

    answer = await programs.get("/me", key)

    assert (answer.status_code, answer.json()["code"]) == (403, "proof_needed")


async def test_a_missing_scope_is_403_everywhere(programs, cast):
    token = (await programs.tokens(cast.olga, ("profile:read",)))["access_token"]
    for path in ("/orders", "/products", "/categories", "/family/children", "/seller/orders"):
        answer = await programs.get(path, token)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), path


async def test_a_cookie_opens_nothing(client, sign_in, cast):
    await sign_in(client, cast.olga)

    for path in ("/me", "/orders"):
        answer = await client.get(f"{V1}{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


async def test_no_cookie_is_even_read(client):
    client.cookies.set("locale", "ru")

    answer = await client.get(f"{V1}/me")

    assert answer.headers["content-language"] == "uz-Latn"


async def test_a_token_opens_no_page(client, pair):
    answer = await client.get("/uz/me", headers=bearer(pair["access_token"]))

    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["location"]


async def test_a_token_in_the_address_is_not_read(client, pair):
    answer = await client.get(f"{V1}/me?access_token={pair['access_token']}")

    assert answer.status_code == 401


async def test_a_childs_device_gains_nothing(client, sign_in, cast, pair):
    """The cookie does not count, the token is of the person who holds it."""
    await sign_in(client, cast.lola)

    assert (await client.get(f"{V1}/me")).status_code == 401
    assert (await client.get("/uz/api")).status_code == 404


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic b2xnYTpvbGdh",
        "Bearer a.b.c",
        "Bearer ..",
        "Bearer " + "A" * 100_000,
        "Bearer bz_" + "0" * 71,
        "Bearer " + "ÿ" * 50,
        "Bearer eyJhbGciOiJFZERTQSJ9" + "." * 40,
        "Bearer " + base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.",
        "bearer\tx",
    ],
    ids=lambda text: text[:24],
)
async def test_garbage_is_401(client, header):
    answer = await client.get(f"{V1}/me", headers={"authorization": header.encode("latin-1")})

    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers


async def test_two_tokens_are_none(client, pair):
    value = f"Bearer {pair['access_token']}"
    answer = await client.get(
        f"{V1}/me", headers=[("authorization", value), ("authorization", value)]
    )

    assert is_refused(answer)


async def test_guessing_is_slowed_down(client):
    answers = [
        await client.get(f"{V1}/me", headers=bearer(f"bz_{number:071d}")) for number in range(62)
    ]

    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_an_unknown_address_and_a_language_in_it_are_problems(client, pair):
    for path in (f"{V1}/nothing", "/api/v2/me", f"/uz{V1}/me"):
        answer = await client.get(path, headers=bearer(pair["access_token"]))
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_is_a_problem(client, pair):
    answer = await client.delete(f"{V1}/me", headers=bearer(pair["access_token"]))

    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_another_site_cannot_send_even_with_a_token(client, programs, cast):
    key = await programs.key(cast.botir)
    headers = bearer(key) | {"origin": "https://evil.example", "idempotency-key": "abcdefgh"}

    answer = await client.post(f"{V1}/seller/orders/X/acceptance", json={}, headers=headers)

    assert answer.status_code == 403


async def test_no_secret_reaches_the_logs(programs, cast, pair, capfd):
    key = await programs.key(cast.botir)
    await programs.get("/me", key)
    await programs.get("/me", key[:-1] + "x")
    await programs.get("/orders/none", pair["access_token"])
    await programs.refresh(pair, refresh_token=pair["refresh_token"] + "0")

    written = "".join(capfd.readouterr())
    for secret in (key[3:], pair["access_token"].split(".")[2], pair["refresh_token"][4:]):
        assert secret not in written
        assert secret[:-1] not in written
