"""A disk that becomes full: what was acknowledged is kept, and it serves again by itself."""

import pytest

from infra.onhost import layout
from tests.faults.conftest import Target
from tests.site import wait_until

pytestmark = pytest.mark.destructive


def test_no_acknowledged_job_is_lost_on_a_full_disk(target: Target) -> None:
    data = target.run(f"docker volume inspect --format '{{{{.Mountpoint}}}}' {layout.REDIS_VOLUME}")
    redis = target.container("redis")
    small = (
        f"docker stop {redis} && cp --archive {data} {data}.kept"
        f" && mount -t tmpfs -o size=8m,mode=700,uid={layout.REDIS_UID} slipway {data}"
        f" && cp --archive {data}.kept/. {data}/ && docker start {redis}"
    )
    back = (
        f"docker stop {redis}; cp --archive {data}/. {data}.kept/; umount {data};"
        f" cp --archive {data}.kept/. {data}/; rm --recursive {data}.kept {data}/ballast;"
        f" docker start {redis}"
    )
    target.run(small)
    try:
        wait_until(target.healthy, 60)
        target.run(f"dd if=/dev/zero of={data}/ballast bs=64k 2>/dev/null", check=False)
        target.run(f"truncate --size -300k {data}/ballast")
        accepted = []
        for _ in range(600):
            answer = target.site.ask("/background_count/", "POST", {"number": 1})
            if answer.status != 202:
                assert answer.status == 503, answer
                break
            accepted.append(answer.json["url"])
        print(f"{len(accepted)} accepted until the disk was full")
        assert target.site.works()
        target.run(f"docker kill --signal KILL {redis}; rm --force {data}/ballast", check=False)
        wait_until(target.healthy, 90)
        assert [url for url in accepted if target.site.ask(url).status != 200] == []
    finally:
        target.run(back, check=False)
    wait_until(target.healthy, 90)
    target.site.finished(accepted[-1], 300)  # the next tests find an empty queue
