"""Who asks something of the queue, and which jobs are theirs to end."""

from __future__ import annotations

import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class Asker:
    """Someone who asks: who counts as one client, and the digest of the token of their jobs."""

    client: str = "unknown"
    owner: str | None = None
    is_admin: bool = False

    def may_change(self, owner: str | None) -> bool:
        """Whether they may end a job of this owner, or run it again."""
        own = bool(owner and self.owner) and hmac.compare_digest(str(owner), str(self.owner))
        return self.is_admin or own


ANYONE = Asker()
