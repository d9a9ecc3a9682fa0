"""What nginx may hold fits into the memory and the disk that the settings give it."""

import re

import pytest

from infra.settings import Settings, capacity, megabytes
from tests.support.nginx import nginx_conf, routes_conf, values
from tests.support.settings import refusal, settings

SIZES = [
    settings(),
    settings(nginx={"memory": "140m", "spool": "1g", "body_size": "100m"}),
    settings(nginx={"memory": "2g", "requests": 4000}),
    settings(nginx={"requests": 16, "body_size": "1g"}),
    settings(nginx={"requests": 30}, web={"server": "gunicorn"}),
]


@pytest.fixture(params=SIZES, ids=lambda s: f"{s.nginx.memory}-{s.nginx.requests}")
def given(request: pytest.FixtureRequest) -> Settings:
    found: Settings = request.param
    return found


def test_all_connections_and_all_requests_fit_into_the_memory(given: Settings) -> None:
    text = nginx_conf(given)
    processes, places = (
        int(values(text, name)[0]) for name in ("worker_processes", "worker_connections")
    )
    clients = (places - given.nginx.requests) * processes
    kilobytes = clients * capacity.CONNECTION + given.nginx.requests * capacity.REQUEST
    assert kilobytes / 1024 + capacity.FIXED <= megabytes(given.nginx.memory)
    assert clients >= capacity.LEAST_CONNECTIONS - processes


def test_a_connection_s_figure_holds_the_longest_header_that_nginx_reads(given: Settings) -> None:
    text = nginx_conf(given)
    [number, size] = values(text, "large_client_header_buffers")[0].split()
    tls, at_rest = 17, 14  # kB; a record's buffer, and the rest of an open connection
    headers = int(values(text, "max_headers")[0]) * 60 / 1024  # nginx' own record of each
    assert int(number) * int(size.removesuffix("k")) + headers + tls <= capacity.CONNECTION - 1
    assert int(number) * int(size.removesuffix("k")) + at_rest + headers <= capacity.CONNECTION


def test_a_request_s_figure_holds_its_buffers(given: Settings) -> None:
    text, base = routes_conf(given), nginx_conf(given)
    way = "uwsgi" if given.web.server == "uwsgi" else "proxy"
    first = kilobytes(values(text, f"{way}_buffer_size")[0])
    [number, size] = values(text, f"{way}_buffers")[0].split()
    [zipped, of] = values(base, "gzip_buffers")[0].split()
    body = kilobytes(values(base, "client_body_buffer_size")[0])
    buffers = first + int(number) * kilobytes(size) + int(zipped) * kilobytes(of) + body
    assert buffers < capacity.REQUEST * 0.75  # the rest: compression, and what the kernel keeps


def kilobytes(size: str) -> int:
    return int(size.removesuffix("k"))


def test_a_process_gets_no_more_memory_than_its_share(given: Settings) -> None:
    of_all = capacity.data_limit(given.nginx) * capacity.PROCESSES / 1024**2
    assert of_all + capacity.FIXED <= megabytes(given.nginx.memory)


def test_all_bodies_and_all_answers_fit_into_the_spool(given: Settings) -> None:
    text = routes_conf(given)
    rooms = [int(r.removesuffix("k")) for r in re.findall(r"max_temp_file_size (\w+);", text)]
    counted = dict(value.split() for value in values(text, "limit_conn"))
    bodies = int(counted["bodies"]) * megabytes(values(text, "client_max_body_size")[0])
    before, answers = 0, 0
    for requests, room in capacity.answers(given.nginx):
        assert room in rooms
        answers += max(requests - before, 0) * room
        before = requests
    assert bodies + answers / 1024 <= capacity.spool(given.nginx) * 1.01
    assert int(counted["client_bodies"]) <= max(1, int(counted["bodies"]) // 2)


def test_how_much_of_an_answer_is_spooled_goes_by_the_load() -> None:
    [block] = re.findall(
        r"map \$connections_writing \$load {(.*?)}", nginx_conf(SIZES[0]), re.DOTALL
    )
    found = dict(line.rstrip(";").split() for line in block.strip().splitlines())
    low, medium = capacity.LOW_LOAD, capacity.MEDIUM_LOAD
    loads = [found[str(n)] for n in (1, low, low + 1, medium)]
    assert loads == ["low", "low", "medium", "medium"]
    assert (found["default"], str(medium + 1) in found) == ("high", False)


def test_an_answer_of_200_megabytes_waits_on_disk_at_the_shipped_settings() -> None:
    assert capacity.answers(settings().nginx)[0][1] > 200 * 1024


def test_what_the_memory_or_the_spool_cannot_hold_is_refused_by_name() -> None:
    assert refusal(nginx={"memory": "64m"}).startswith("nginx.memory: must be at least 132m")
    assert refusal(nginx={"requests": 2000}).startswith("nginx.memory: must be at least 514m")
    assert refusal(nginx={"spool": "1g", "body_size": "150m"}).startswith(
        "nginx.spool: must be at least 1200m"
    )
    assert settings(nginx={"memory": "132m"}).nginx.memory == "132m"


def test_by_itself_the_spool_grows_with_the_bodies() -> None:
    for size in ("25m", "150m", "1g", "3g"):
        assert capacity.bodies(settings(nginx={"body_size": size}).nginx) >= 2
