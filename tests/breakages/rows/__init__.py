"""The rows of the table, a module for each part of a host."""

from tests.breakages.breakage import Breakage
from tests.breakages.rows import files, host, nginx, redis, release

ROWS: list[Breakage] = [*nginx.ROWS, *redis.ROWS, *release.ROWS, *files.ROWS, *host.ROWS]
