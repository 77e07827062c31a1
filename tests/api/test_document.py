"""The OpenAPI document is whole, is only of the API, and the answers are what it says."""

from collections import Counter

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.routes.document import RESOURCES, description
from app.api.scopes import SCOPES
from app.kernel import access
from tests.api.programs import V1, bearer
from tests.make.orders import make_paid_order

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12  # of each operation


async def test_the_document_is_of_the_api_alone(client):
    answer = await client.get(f"{V1}/openapi.json")

    said = answer.json()
    assert said["openapi"].startswith("3.1")
    assert said["servers"] == [{"url": "http://localhost:8000"}]
    assert all(path.startswith(V1) for path in said["paths"])
    assert len(said["paths"]) == len({path for one in RESOURCES for path in one.paths})
    assert "cookie" not in answer.text.lower()


def test_each_operation_says_the_scope_that_the_guard_asks_for():
    for handler in RESOURCES:
        rule = handler.opt[access.KEY]
        for path in handler.paths:
            operations = description()["paths"][path.replace(":str", "")]
            for operation in operations.values():
                asked = (operation.get("security") or [{"bearer": [None]}])[0]["bearer"]
                assert asked == [rule.scope]
                assert rule.scope is None or rule.scope in SCOPES


async def test_answers_are_what_the_document_says(programs, cast, client, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    names = [order.number, f"{order.number}-1", cast.puzzle.slug, "yoq"]
    token = await programs.key(cast.botir, [one for one in SCOPES if one != "family:read"])
    statuses = Counter()

    for operation in operations():
        for case in examples_of(operation, names):
            answer = await send(client, case, token)
            case.validate_response(schemathesis.Response.from_any(answer), checks=CHECKS)
            statuses[answer.status_code] += 1

    assert statuses.total() > 100
    assert {200, 400, 403, 404, 422} <= set(statuses), statuses


def operations():
    schema = schemathesis.openapi.from_dict(description())
    return [result.ok() for result in schema.get_all_operations()]


def examples_of(operation, names):
    """What the schema allows, and every second time a name that exists."""
    cases = []

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(), st.sampled_from(names))
    def gather(case, name):
        if case.path_parameters and len(cases) % 2:
            case.path_parameters = dict.fromkeys(case.path_parameters, name)
        cases.append(case)

    gather()
    return cases


async def send(client, case, token):
    sent = case.as_transport_kwargs(base_url="http://localhost:8000")
    said = {
        name: value
        for name, value in dict(sent.get("headers") or {}).items()
        if name.lower() != "authorization"
    }
    return await client.request(
        sent["method"],
        sent["url"],
        params=sent.get("params"),
        json=sent.get("json"),
        headers=said | bearer(token),
    )
