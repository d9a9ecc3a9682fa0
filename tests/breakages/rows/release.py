"""The release: what is live, its image, its files."""

from tests.breakages.breakage import Breakage

ROWS = [
    Breakage(
        "the tag of the application's image is removed",
        "docker rmi --no-prune --force $app",
        "docker image inspect $app",
        r"the image slipway/app:\w+ is not there",
        touches="image",
    ),
    Breakage(
        "`current` leads to an older release",
        'test -n "$(older)" && echo $release > /var/tmp/release;'
        " ln -sfn $(older) /var/lib/slipway/web/current",
        "test $release = $(cat /var/tmp/release) && serves",
        r"slipway-r\w+-web has no container|slipway@r\w+\.service does not run",
        alone=True,
    ),
    Breakage(
        "`current` leads nowhere",
        "echo $release > /var/tmp/release; rm /var/lib/slipway/web/current",
        'test "$release" = "$(cat /var/tmp/release)" && serves',
        r"nginx has not loaded its files|no release is live",
        alone=True,
    ),
    Breakage(
        "`current` leads to an older release, and it reboots",
        'test -n "$(older)" && echo $release > /var/tmp/release;'
        " ln -sfn $(older) /var/lib/slipway/web/current",
        "test $release = $(cat /var/tmp/release) && serves",
        r"slipway-r\w+-web has no container|slipway@r\w+\.service does not run",
        named=False,
        shown=False,
        reboots=True,
    ),
    Breakage(
        "the release is stopped",
        "systemctl stop slipway@$release",
        "runs $web && serves",
        r"slipway@r\w+\.service does not run",
        alone=True,
    ),
    Breakage(
        "the release's routes are gone",
        "rm /var/lib/slipway/web/$release/routes.conf",
        "test -s /var/lib/slipway/web/$release/routes.conf && serves",
        r"routes\.conf is missing",
        touches="routes",
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
        "runs $web && serves",
        r"the image slipway/app:\w+ is not the one that was built",
        named=False,
        shown=False,
        reboots=True,
    ),
    Breakage(
        "all containers and images are pruned",
        "docker rm --force $(docker ps --all --quiet); docker system prune --all --force",
        "runs $web && runs $nginx && serves",
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
        touches="web routes",
    ),
]
