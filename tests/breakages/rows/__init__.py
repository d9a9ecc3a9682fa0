"""The rows of the table, a module for each part of a host."""

from tests.breakages.breakage import Breakage
from tests.breakages.rows import containers, files, host, nginx, redis, release, secrets

PARTS = (nginx, redis, containers, release, files, secrets, host)
ROWS: list[Breakage] = [row for part in PARTS for row in part.ROWS]
