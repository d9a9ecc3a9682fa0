"""Counts attempts to sign in, in Redis, so that all processes and releases count together."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from redis import Redis

WINDOW = 300  # seconds from the first attempt that counts
PER_ADDRESS = 5
OVERALL = 50  # for those who have many addresses


class Attempts:
    """The attempts of the last minutes. Raises RedisError while Redis does not serve."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def wait(self, address: str) -> int:
        """Count an attempt from an address; return 0, or the seconds until one may be made."""
        # An address that is refused does not count overall: alone it cannot lock out everyone.
        return self._count(one_person(address), PER_ADDRESS) or self._count("overall", OVERALL)

    def forget(self, address: str) -> None:
        """Forget what came from an address whose user has now shown the password."""
        self._client.delete(f"slipway:sign-in:{one_person(address)}")

    def _count(self, what: str, most: int) -> int:
        key = f"slipway:sign-in:{what}"
        with self._client.pipeline(transaction=True) as pipeline:
            pipeline.set(key, 0, ex=WINDOW, nx=True)
            pipeline.incr(key)
            pipeline.ttl(key)
            _, count, left = pipeline.execute()
        return max(1, left) if count > most else 0


def one_person(address: str) -> str:
    """What one person has to themselves: an IPv4 address, or the /64 around an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed.packed[:8] + bytes(8), 64)))
    return str(parsed)
