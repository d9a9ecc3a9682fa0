"""What nginx may hold at the same time: the numbers that its memory and its spool can bear.

Figures are megabytes or kilobytes, measured with Debian 13's nginx; tests/faults/traffic asks a
real one for more than it may hold.
"""

import math

from infra.settings.fields.numbers import megabytes
from infra.settings.sections.nginx import Nginx

PROCESSES = 2  # of nginx: `auto` would take memory for each core of the host

FIXED = (
    40  # MB: the processes at rest, TLS sessions and counters, a health check, the kernel's share
)
CONNECTION = 72  # kB: TLS and a header that is as long as it may be; at rest it takes 30
REQUEST = 224  # kB: a body's and an answer's buffers, compression, what waits in the kernel

HEADER_BUFFERS = 2  # a request's line and headers fit into these
HEADER_BUFFER = 16  # kB: the longest line
HEADERS = 100  # each takes memory beside its text
BODY_BUFFER = 16  # kB: a longer body goes to the spool
STREAMS = 64  # requests at the same time on a connection of HTTP/2 or HTTP/3

LEAST_CONNECTIONS = 512
MOST_CONNECTIONS = 16384

SPOOL = 8192  # MB, unless the settings say more
BODIES_SHARE = 4  # they take a fourth of it, answers the rest
BODIES_IN_SPOOL = 2  # that it must have room for
LOW_LOAD = 24  # requests up to which the load is low: their answers may be long
MEDIUM_LOAD = 64  # requests
LEAST_ANSWER = 64  # kB, nginx' own buffers


def connections(nginx: Nginx) -> int:
    """Connections of clients, in all processes together."""
    left = megabytes(nginx.memory) - FIXED - nginx.requests * REQUEST / 1024
    return min(int(left * 1024 / CONNECTION), MOST_CONNECTIONS)


def least_memory(nginx: Nginx) -> int:
    """Megabytes for the requests of the settings and the fewest connections."""
    return FIXED + math.ceil((nginx.requests * REQUEST + LEAST_CONNECTIONS * CONNECTION) / 1024)


def places(nginx: Nginx) -> int:
    """nginx' `worker_connections`: a process' clients, and the application for all requests."""
    return connections(nginx) // PROCESSES + nginx.requests


def data_limit(nginx: Nginx) -> int:
    """Bytes of memory of a process' own. A request that would need more fails, and it alone."""
    return (megabytes(nginx.memory) - FIXED) * 1024 * 1024 // PROCESSES


def spool(nginx: Nginx) -> int:
    """Megabytes of the spool."""
    needed = BODIES_SHARE * BODIES_IN_SPOOL * megabytes(nginx.body_size)
    return megabytes(nginx.spool) if nginx.spool else max(SPOOL, needed)


def bodies(nginx: Nginx) -> int:
    """Bodies in the spool at the same time."""
    return spool(nginx) // BODIES_SHARE // megabytes(nginx.body_size)


def bodies_of_client(nginx: Nginx) -> int:
    """Bodies of one client in the spool at the same time."""
    return max(1, bodies(nginx) // 2)


def answers(nginx: Nginx) -> list[tuple[int, int]]:
    """How much of an answer the spool takes, by how many requests nginx has when one comes.

    Pairs for low, medium and high load: up to so many requests, so many kilobytes. When a request
    comes at low load, all that nginx has came so: there are never more with so much room, and the
    sum of all is bounded.
    """
    room = spool(nginx) * 1024
    at_medium = MEDIUM_LOAD - LOW_LOAD
    at_high = max(nginx.requests - MEDIUM_LOAD, 1)
    return [
        (LOW_LOAD, room * 5 // 8 // LOW_LOAD),
        (MEDIUM_LOAD, room // 10 // at_medium),
        (nginx.requests, max(room // 40 // at_high, LEAST_ANSWER)),
    ]
