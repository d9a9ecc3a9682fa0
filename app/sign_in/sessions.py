"""Who is signed in: known to Redis, so that signing out ends a session wherever its cookie went."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from redis import Redis

from app.config import Config

LIFETIME = 8 * 3600  # seconds from signing in, whatever is done meanwhile


class Account:
    """The one account there may be: a name, and a password that the host made."""

    def __init__(self, config: Config) -> None:
        self.name = config.admin_user
        self.exists = config.admin_password is not None
        self._expected = _digest(config, config.admin_user, config.admin_password or "")
        self._config = config

    def matches(self, name: str, password: str) -> bool:
        """Whether name and password are right, told in a time that depends on neither."""
        given = _digest(self._config, name, password)
        return hmac.compare_digest(given, self._expected) and self.exists

    @property
    def fingerprint(self) -> str:
        """Changes with the name and the password, and tells neither."""
        return self._expected


def _digest(config: Config, name: str, password: str) -> str:
    both = f"{len(name)}:{name}:{password}".encode()
    return hmac.new(config.secret_key.encode(), both, hashlib.sha256).hexdigest()


class Sessions:
    """The sessions of an account. Raises RedisError while Redis does not serve."""

    def __init__(self, client: Redis, account: Account) -> None:
        self._client = client
        self._account = account

    def begin(self) -> str:
        """Begin a session; return the token that stands for it in the cookie."""
        token = secrets.token_urlsafe(32)
        self._client.set(_key(token), self._account.fingerprint, ex=LIFETIME)
        return token

    def is_valid(self, token: str) -> bool:
        """Whether the session has begun, is not over, and is of the account as it is now."""
        stored = self._client.get(_key(token))
        return self._account.exists and stored == self._account.fingerprint.encode()

    def end(self, token: str) -> None:
        """End a session, if it is not over already."""
        self._client.delete(_key(token))


def _key(token: str) -> str:
    return f"slipway:session:{hashlib.sha256(token.encode()).hexdigest()}"
