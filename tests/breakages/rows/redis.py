"""Redis: its settings, its users, its container."""

from tests.breakages.breakage import Breakage

DATA = "$(docker volume inspect --format '{{.Mountpoint}}' slipway_redis)"
CONF = "/opt/slipway/base/redis/redis.conf"

ROWS = [
    Breakage(
        "Redis runs without its file of jobs, by a setting that was put back",
        f"cp {CONF} /tmp/redis.conf; sed -i 's/^appendonly yes/appendonly no/' {CONF};"
        f" docker restart $redis; wait_for talks; cp /tmp/redis.conf {CONF}",
        "config appendonly | grep -q ^yes",
        r"Redis runs with appendonly 'no'",
        touches="redis",
    ),
    Breakage(
        "a full Redis drops jobs",
        f"sed -i 's/^maxmemory-policy .*/maxmemory-policy allkeys-lru/' {CONF};"
        " docker restart $redis; wait_for talks",
        "config maxmemory-policy | grep -q ^noeviction",
        r"redis\.conf has other content|Redis runs with maxmemory-policy",
        touches="redis",
    ),
    Breakage(
        "a full Redis drops jobs, by a command",
        "tell_redis CONFIG SET maxmemory-policy allkeys-lru",
        "config maxmemory-policy | grep -q ^noeviction",
        r"Redis runs with maxmemory-policy",
        touches="redis",
    ),
    Breakage(
        "Redis is stopped",
        "docker stop $redis",
        "runs $redis && config appendonly | grep -q ^yes",
        r"slipway-base-redis-1 (does not run|is exited)",
        touches="redis",
    ),
    Breakage(
        "Redis and its volume are removed",
        "docker rm --force $redis; docker volume rm slipway_redis",
        "docker volume inspect slipway_redis && runs $redis && config appendonly | grep -q ^yes",
        r"the volume slipway_redis is not there|slipway-base-redis has no container",
        touches="redis",
    ),
    Breakage(
        "Redis is removed",
        "docker rm --force $redis",
        "runs $redis && config appendonly | grep -q ^yes",
        r"slipway-base-redis has no container",
        touches="redis",
    ),
    Breakage(
        "Redis is paused",
        "docker pause $redis",
        "runs $redis && config appendonly | grep -q ^yes",
        r"slipway-base-redis-1 is paused",
        touches="redis",
    ),
    Breakage(
        "Redis may not write its file of jobs",
        f"chown root {DATA}/appendonlydir/*",
        f'test -z "$(find {DATA} -not -user 10003)"',
        r"slipway_redis holds .* which does not belong to Redis",
        touches="redis",
    ),
    Breakage(
        "anybody may read Redis' users",
        "chmod 644 /etc/slipway/redis/users.acl",
        "test $(stat --format %a /etc/slipway/redis/users.acl) = 440",
        r"users\.acl has the mode 644",
        touches="users",
    ),
    Breakage(
        "Redis' file of users is emptied",
        "echo > /etc/slipway/redis/users.acl",
        "grep -q '^user health' /etc/slipway/redis/users.acl",
        r"users\.acl does not hold the passwords",
        touches="users",
    ),
]
