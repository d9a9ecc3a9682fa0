"""The base notices that Redis has not loaded its users."""

from infra.onhost.base import apply
from tests.support.onhost import new_host


def test_the_base_notices_another_file_of_users() -> None:
    with new_host() as host:
        before = apply.digests(host)
        host.layout.redis_users.write_text("other")
        assert apply.digests(host) != before
