"""The containers of the release: web and worker."""

from tests.breakages.breakage import Breakage

ROWS = [
    Breakage(
        "web is removed",
        "docker rm --force $web",
        "runs $web && serves",
        r"slipway-r\w+-web has no container",
        touches="web",
    ),
    Breakage(
        "web is paused",
        "docker pause $web",
        "runs $web && serves",
        r"slipway-r\w+-web-1 is paused",
        touches="web",
    ),
    Breakage(
        "web is stopped",
        "docker stop --time 1 $web",
        "runs $web && serves",
        r"slipway-r\w+-web-1 (does not run|is exited)",
        touches="web",
    ),
    Breakage(
        "web has another name",
        "docker rename $web of-somebody",
        "runs $web",
        r"of-somebody shall be called slipway-r\w+-web-1",
        touches="web",
    ),
    Breakage(
        "the worker is stopped",
        "docker stop --time 1 $worker",
        'test -n "$worker" && runs $worker',
        r"slipway-r\w+-worker-\d+ (does not run|is exited)",
        touches="worker",
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
        "web is on no network",
        "docker network disconnect slipway-${release}_default $web",
        "container $web .NetworkSettings.Networks | grep -q slipway-${release}_default",
        r"web-1 is on the networks none",
        touches="web",
    ),
    Breakage(
        "web may use a tenth of a processor",
        "docker update --cpus 0.1 $web",
        "test $(container $web .HostConfig.NanoCpus) = 0",
        r"web-1 has a limit of processor time",
        touches="web",
    ),
    Breakage(
        "web was made again with more rights and another environment",
        "echo 'services: {web: {cap_add: [SYS_PTRACE], environment: {OF: somebody}}}' > /tmp/x.yaml"
        "; cd $folder; docker compose --file compose.yaml --file /tmp/x.yaml up --detach --no-deps"
        " web",
        "! container $web .Config.Env | grep -q OF=somebody",
        r"web-1 (has CapAdd|was made from another compose file)",
        touches="web",
    ),
]
