from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(("value", "square"), [("2", 4), ("-3", 9), ("0", 0)])
def test_a_whole_number_is_squared(client: FlaskClient, value: str, square: int) -> None:
    response = client.get("/api", query_string={"value": value})
    assert response.status_code == 200
    assert response.get_json() == {"Value Squared": square}


def test_the_largest_square_keeps_all_its_digits_in_any_reader(client: FlaskClient) -> None:
    square = client.get("/api?value=94906265").get_json()["Value Squared"]
    assert int(float(square)) == square < 2**53
    assert client.get("/api?value=94906266").status_code == 400


@pytest.mark.parametrize(
    ("query", "why", "supplied"),
    [
        ("", "value: .*required", {}),
        ("value=", "value: .*in digits", {"value": ""}),
        ("value=two", "value: .*in digits", {"value": "two"}),
        ("value=2.0", "value: .*in digits", {"value": "2.0"}),
        ("value=1_0", "value: .*in digits", {"value": "1_0"}),
        ("value=%D9%A5", "value: .*in digits", {"value": "\u0665"}),
        ("value=2&value=3", "value: given more than once", {"value": "2, 3"}),
        ("value=2&x=1", "x: ", {"value": "2", "x": "1"}),
        ("x=" + "y" * 500, "value: .*required", {"x": "y" * 100 + "..."}),
    ],
)
def test_a_wrong_request_is_told_what_is_required_and_what_it_supplied(
    client: FlaskClient, query: str, why: str, supplied: dict[str, str]
) -> None:
    response = client.get(f"/api?{query}")
    problem = response.get_json()
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert re.search(why, problem["detail"])
    assert "Required: value=a whole number from -94906265 to 94906265." in problem["detail"]
    assert problem["supplied"] == supplied
    assert list(problem["required"]) == ["value"]
