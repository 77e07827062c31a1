"""What arrives is judged strictly, and every answer is one of the protocol's."""

import base64
import json

from tests.payments.conftest import PATH, account, basic, created

BIG = 10**30
WRONG_AMOUNTS = ["4500000", True, 4_500_000.0, 45_000, -4_500_000, 0, BIG, None, [], {}]
NOT_TEXTS = [None, 1, True, "", "\x00", "\ud800", "x" * 256, [], {}]
GARBAGE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"\x00",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"id":NaN,"method":"GetStatement","params":{}}',
    b'{"id":1,"method":"GetStatement","params":{"from":Infinity,"to":1}}',
    b'{"id":1,"method":"GetStatement","params":{"from":-Infinity,"to":1}}',
    b'{"id":1,"method":"GetStatement","params":{"from":' + b"9" * 5000 + b"}}",
]
WRONG_ENVELOPES = [
    "[]",
    "1",
    "null",
    '"text"',
    "{}",
    '{"id":1,"params":{}}',
    '{"id":1,"method":"GetStatement"}',
    '{"id":1,"method":"GetStatement","params":[]}',
    '{"id":1,"method":"GetStatement","params":null}',
    '{"id":1,"method":null,"params":{}}',
    '{"id":1,"method":["GetStatement"],"params":{}}',
    '{"id":1,"method":"\\ud800","params":{}}',
    '{"id":1,"method":"\\u0000","params":{}}',
    '{"id":true,"method":"GetStatement","params":{}}',
    '{"id":1.5,"method":"GetStatement","params":{}}',
    '{"id":1e400,"method":"GetStatement","params":{}}',
    '{"id":{},"method":"GetStatement","params":{}}',
    '{"id":"\\udfff","method":"GetStatement","params":{}}',
]
WRONG_CREDENTIALS = [
    None,
    "",
    "Basic",
    "Basic ",
    "Bearer abc",
    "Basic ***",
    "Basic ключ",
    basic("Paycom", ""),
    basic("Paycom", "k" * 35),
    basic("Paycom", "k" * 37),
    basic("paycom", "k" * 36),
    basic("", "k" * 36),
    basic("Paycom", "ключ"),
    basic("Пейком", "k" * 36),
    basic("Paycom:Paycom", "k" * 36),
    "Basic " + base64.b64encode(b"Paycom" + b"k" * 36).decode(),
    "Basic " + base64.b64encode(b"\xff\xfe\x00").decode(),
]


async def test_only_the_exact_integer_is_the_amount(payme, intent):
    for amount in WRONG_AMOUNTS:
        wrong = account(intent) | {"amount": amount}
        tried = wrong | {"id": "a" * 24, "time": 1}
        assert await payme.code("CheckPerformTransaction", wrong) == -31001, amount
        assert await payme.code("CreateTransaction", tried) == -31001, amount


async def test_an_amount_beyond_floating_point_is_refused(payme, intent):
    body = json.dumps(
        {"id": 1, "method": "CheckPerformTransaction", "params": account(intent)}
    ).replace(str(intent.amount), "1e400")

    answer = (await payme.send(body)).json()

    assert answer["error"]["code"] == -31001


async def test_what_is_not_json_is_said_to_be_so(payme):
    for body in GARBAGE:
        response = await payme.send(body)
        answer = response.json()
        assert response.status_code == 200
        assert (answer["id"], answer["error"]["code"]) == (None, -32700), body[:60]


async def test_a_wrong_envelope_is_refused(payme):
    for body in WRONG_ENVELOPES:
        response = await payme.send(body)
        assert response.status_code == 200
        assert response.json()["error"]["code"] == -32600, body


async def test_the_id_comes_back_unchanged(payme):
    for number in (0, -1, 2**53 + 1, "text", "Ўзбек", None):
        answer = await payme.reply("GetStatement", {"from": 1, "to": 2}, number)
        assert answer["result"] == {"transactions": []}


async def test_unknown_methods_are_named(payme):
    for method in ("ChangePassword", "checktransaction", "", "__init__", "Ў"):
        answer = await payme.reply(method, {"password": "new"})
        assert answer["error"]["code"] == -32601
        assert answer["error"]["data"] == method


async def test_every_credential_fault_has_one_answer(client, intent):
    body = json.dumps({"id": 3, "method": "CheckPerformTransaction", "params": account(intent)})

    for header in WRONG_CREDENTIALS:
        headers = {} if header is None else {"authorization": header.encode()}
        response = await client.post(PATH, content=body, headers=headers)
        answer = response.json()
        assert response.status_code == 200
        assert (answer["id"], answer["error"]["code"]) == (3, -32504), header
        assert "result" not in answer


async def test_a_strangers_garbage_is_still_a_credential_fault(client):
    response = await client.post(PATH, content=b"[" * 60_000)

    assert response.json()["error"]["code"] == -32504


async def test_any_content_type_is_read_as_json(payme, intent):
    body = json.dumps({"id": 1, "method": "CheckPerformTransaction", "params": account(intent)})

    for kind in ("text/json", "application/x-www-form-urlencoded", "image/png", "multipart/x"):
        response = await payme.send(body, **{"content-type": kind})
        assert response.json()["result"]["allow"] is True
        assert response.headers["content-type"].lower() == "application/json; charset=utf-8"


async def test_a_large_body_is_cut_short(payme, client):
    exact = await payme.send(b" " * 65_536)
    large = await payme.send(b" " * 65_537)

    async def pieces():
        for _ in range(70):
            yield b" " * 1000

    streamed = await client.post(PATH, content=pieces())

    assert exact.status_code == 200
    assert (large.status_code, streamed.status_code) == (413, 413)
    assert large.json()["error"]["code"] == -32600


async def test_only_post_is_spoken(client):
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        response = await client.request(method, PATH)
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"
        if method != "HEAD":
            assert response.json()["error"]["code"] == -32300


async def test_ids_that_cannot_be_are_refused(payme, intent):
    for value in NOT_TEXTS:
        for method in ("PerformTransaction", "CheckTransaction", "CancelTransaction"):
            assert await payme.code(method, {"id": value}) == -32602, value
        tried = created(intent, "x") | {"id": value}
        assert await payme.code("CreateTransaction", tried) == -32602, value


async def test_accounts_that_cannot_be_are_unknown_orders(payme, intent):
    for value in NOT_TEXTS:
        for held in ({"order_id": value}, value):
            wrong = account(intent) | {"account": held}
            answer = await payme.reply("CheckPerformTransaction", wrong)
            assert answer["error"]["code"] == -31050, value
            assert answer["error"]["data"] == "order_id"


async def test_times_and_reasons_are_whole_numbers(payme, intent):
    transaction = await payme.create(intent)

    for value in (None, "1", True, 1.5, BIG, -BIG, []):
        for span in ({"from": value, "to": 1}, {"from": 1, "to": value}):
            assert await payme.code("GetStatement", span) == -32602, value
        tried = created(intent, "x") | {"time": value}
        assert await payme.code("CreateTransaction", tried) == -32602, value
        if value is not None:
            wrong = {"id": transaction, "reason": value}
            assert await payme.code("CancelTransaction", wrong) == -32602, value
    assert await payme.state(transaction) == 1


async def test_the_endpoint_has_no_locale_and_sets_no_cookie(payme):
    response = await payme.send("{}", origin="https://elsewhere.example")

    assert response.status_code == 200
    assert "set-cookie" not in response.headers
