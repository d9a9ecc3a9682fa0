from __future__ import annotations

from app.sign_in.attempts import OVERALL, PER_ADDRESS
from tests.support.redis_server import RedisServer
from tests.support.visitor import Visit


def test_attempts_from_an_address_are_few_and_the_wait_is_told(
    visit: Visit, redis: RedisServer
) -> None:
    visitor = visit()
    statuses = [visitor.sign_in("wrong").status_code for _ in range(PER_ADDRESS)]
    assert set(statuses) == {401}
    response = visitor.sign_in()
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 300
    assert "try again in 5 min" in response.text
    assert visit().sign_in().status_code == 429  # another process counts with it
    assert visitor.sign_in(address="203.0.113.6").status_code == 303
    with redis.client() as client:
        client.delete("slipway:sign-in:203.0.113.5")  # as time does
    assert visitor.sign_in().status_code == 303


def test_the_right_password_forgives_the_wrong_ones(visit: Visit) -> None:
    visitor = visit()
    for _ in range(2):
        for _ in range(PER_ADDRESS - 1):
            assert visitor.sign_in("wrong").status_code == 401
        assert visitor.sign_in().status_code == 303


def test_the_addresses_of_one_ipv6_network_count_as_one(visit: Visit) -> None:
    visitor = visit()
    for number in range(PER_ADDRESS):
        visitor.sign_in("wrong", address=f"2001:db8:0:1::{number}")
    assert visitor.sign_in(address="2001:db8:0:1:ffff::1").status_code == 429
    assert visitor.sign_in(address="2001:db8:0:2::1").status_code == 303


def test_attempts_from_everywhere_together_are_limited_too(
    visit: Visit, redis: RedisServer
) -> None:
    visitor = visit()
    visitor.sign_in("wrong")
    with redis.client() as client:
        client.incrby("slipway:sign-in:overall", OVERALL - 1)
    assert visitor.sign_in(address="198.51.100.77").status_code == 429
