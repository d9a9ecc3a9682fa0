from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("given", ["0123456789abcdef0123456789abcdef", "a-b.c_d1"])
def test_an_id_given_by_nginx_is_answered(client: FlaskClient, given: str) -> None:
    assert client.get("/date/", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", [None, "", "short", "x" * 65, "with space", '{"a":"bcdefgh"}'])
def test_a_request_without_a_proper_id_gets_one(client: FlaskClient, given: str | None) -> None:
    headers = {"X-Request-ID": given} if given is not None else {}
    first, second = (client.get("/nowhere", headers=headers) for _ in range(2))
    assert re.fullmatch("[0-9a-f]{32}", first.headers["X-Request-ID"])
    assert first.get_json()["request_id"] == first.headers["X-Request-ID"]
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
