"""The release: its containers, its image, its files."""

from tests.breakages.breakage import Breakage

ROWS = [
    Breakage(
        "web is removed",
        "docker rm --force $web",
        "runs $web && ask /healthz | head -n 1 | grep -q 200",
        r"slipway-r\w+-web has no container",
        touches="web",
    ),
    Breakage(
        "web is paused",
        "docker pause $web",
        "runs $web && ask /healthz | head -n 1 | grep -q 200",
        r"slipway-r\w+-web-1 is paused",
        touches="web",
    ),
    Breakage(
        "the worker is removed",
        "docker rm --force $worker",
        'test -n "$worker" && runs $worker',
        r"slipway-r\w+-worker has no container",
        touches="worker",
    ),
    Breakage(
        "the worker is paused",
        "docker pause $worker",
        'test -n "$worker" && runs $worker',
        r"slipway-r\w+-worker-\d+ is paused",
        touches="worker",
    ),
    Breakage(
        "a worker too many runs",
        "docker compose --project-directory $folder up --detach --scale worker=2 worker",
        "test $(docker ps --quiet --filter label=com.docker.compose.service=worker | wc -l) = 1",
        r"worker-\d+ is one too many",
        touches="worker",
    ),
    Breakage(
        "web may start any number of processes",
        "docker update --pids-limit 5000 $web",
        "test $(container $web .HostConfig.PidsLimit) = 256",
        r"web-1 has PidsLimit",
        touches="web",
    ),
    Breakage(
        "the worker may take other memory",
        "docker update --memory 1g --memory-swap 1g $worker",
        "test $(container $worker .HostConfig.Memory) -lt 1000000000",
        r"worker-\d+ has Memory",
        touches="worker",
    ),
    Breakage(
        "web is on another network",
        "docker network create other-of-somebody >/dev/null;"
        " docker network connect other-of-somebody $web",
        "! container $web .NetworkSettings.Networks | grep -q other-of-somebody",
        r"web-1 is on the networks",
        touches="web",
    ),
    Breakage(
        "the tag of the application's image leads to another image",
        "docker tag $(container $redis .Config.Image) $app",
        'test "$(docker image inspect --format "{{.Id}}" $app)" ='
        ' "$(cat /opt/slipway/images/${app##*/})"',
        r"the image slipway/app:\w+ is not the one that was built",
        touches="image",
    ),
    Breakage(
        "the application's tag leads to another image, its containers are gone, and it reboots",
        "docker tag $(container $redis .Config.Image) $app; docker rm --force $web $worker",
        "runs $web && ask /healthz | head -n 1 | grep -q 200",
        r"the image slipway/app:\w+ is not the one that was built",
        named=False,
        shown=False,
        reboots=True,
    ),
    Breakage(
        "all containers and images are pruned",
        "docker rm --force $(docker ps --all --quiet); docker system prune --all --force",
        "runs $web && runs $nginx && ask /healthz | head -n 1 | grep -q 200",
        r"the image slipway/app:\w+ is not there",
        alone=True,
    ),
    Breakage(
        "the release's compose file is edited",
        'sed -i \'s/"pids_limit": 256/"pids_limit": 512/\' $folder/compose.yaml',
        "! grep -q 512 $folder/compose.yaml",
        r"compose\.yaml has other content",
        touches="web",
    ),
    Breakage(
        "a file beside the release's compose file changes it",
        "echo 'services: {web: {privileged: true}}' > $folder/compose.override.yaml",
        "! test -e $folder/compose.override.yaml",
        r"compose\.override\.yaml was not put there",
        touches="web",
    ),
    Breakage(
        "the release's health check is emptied",
        "echo > $folder/health/onhost/web/health_check.py",
        "grep -q import $folder/health/onhost/web/health_check.py"
        " && docker exec $web grep -q import /run/health/onhost/web/health_check.py",
        r"health_check\.py has other content",
        touches="web",
    ),
    Breakage(
        "others may read a secret of the release",
        "chmod 444 $folder/secrets/secret_key",
        "test $(stat --format %a $folder/secrets/secret_key) = 440",
        r"releases/r\w+/secrets/secret_key has the mode 444",
    ),
    Breakage(
        "the release does not start with the host",
        "systemctl disable --quiet slipway@$release",
        "systemctl is-enabled --quiet slipway@$release",
        r"slipway@r\w+\.service does not start with the host",
        touches="release unit",
    ),
    Breakage(
        "the release's manifest is lost",
        "rm $folder/manifest.json",
        "test -s $folder/manifest.json",
        r"release r\w+: .*manifest\.json cannot be read",
        alone=True,
    ),
]
