"""A password that changes: nothing restarts for it, and the way back stays open."""

from pathlib import Path

import pytest

from tests.faults.conftest import INVENTORY, Target, pyinfra
from tests.faults.jobs import jobs_steadily
from tests.faults.load import asked_steadily
from tests.site import wait_until

pytestmark = pytest.mark.destructive
OLD, NEW = "the first password", "the second password"


def redis_since(target: Target) -> str:
    redis = target.container("redis")
    return target.run(f"docker inspect --format '{{{{.Id}}}} {{{{.State.StartedAt}}}}' {redis}")


def opens_redis(target: Target, password: str) -> bool:
    ask = f"docker exec --env 'REDISCLI_AUTH={password}' {target.container('redis')} redis-cli"
    return target.run(f"{ask} -s /var/lib/slipway/redis/redis.sock ping", check=False) == "PONG"


def test_redis_runs_on_with_another_password_and_one_can_go_back(
    target: Target, tmp_path: Path
) -> None:
    secret = tmp_path / "redis_password"
    secret.write_text(OLD)
    given = {"redis_password": str(secret)}
    assert target.deploy(secrets=given).returncode == 0
    old, since = target.release(), redis_since(target)
    secret.write_text(NEW)
    with asked_steadily(target) as failures, jobs_steadily(target, pause=0.3) as jobs:
        done = target.deploy(secrets=given)
        assert done.returncode == 0, done.stderr
        assert (opens_redis(target, OLD), opens_redis(target, NEW)) == (True, True)
        back = pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name)
        assert back.returncode == 0, back.stderr
    assert failures == []
    assert target.release() == old
    assert {target.site.finished(url)["state"] for url in jobs} == {"finished"}
    assert len(jobs) > 20
    assert redis_since(target) == since
    for number in range(3):  # until the release with the old password is forgotten
        done = target.deploy(
            secrets=given, keep_releases=2, app={"environment": {"COLOUR": str(number)}}
        )
        assert done.returncode == 0, done.stderr
        wait_until(target.settled, 90)
    assert (opens_redis(target, OLD), opens_redis(target, NEW)) == (False, True)
    assert target.site.run_job(1)["state"] == "finished"
    assert redis_since(target) == since
    again = target.deploy("--json", secrets=given)
    assert again.returncode == 0, again.stderr
