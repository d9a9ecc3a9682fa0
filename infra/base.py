"""The base: nginx and Redis."""

from pyinfra.api import deploy

from infra.hostfile import HostFile, directory, folder, template, text
from infra.onhost import layout
from infra.operations import files, host
from infra.operations.images import Image, built
from infra.setting_types import PROJECT, megabytes
from infra.settings import Settings

REDIS_SHARE = 0.6  # of the container's memory; the rest is for rewriting the file


def image(name: str, settings: Settings) -> Image:
    """The image of nginx or Redis, from the folder of its name under images/."""
    context = tuple(folder(PROJECT / "images" / name, ""))
    return Image(name, context, "Dockerfile", settings.docker.base_image)


def base_files(settings: Settings, nginx: Image, redis: Image) -> list[HostFile]:
    """Compose file and configurations of the base."""
    port = settings.nginx.https_port
    values = {
        "layout": layout,
        "settings": settings,
        "nginx_image": nginx.tag,
        "redis_image": redis.tag,
        "redis_maxmemory": int(megabytes(settings.redis.memory) * REDIS_SHARE),
        "https_suffix": "" if port == 443 else f":{port}",
    }
    return [
        directory(layout.BASE),
        directory(layout.NGINX),
        template(layout.BASE / "compose.yaml", "compose/base.yaml.j2", **values),
        text(layout.BASE / "bridge.yaml", (PROJECT / "compose/bridge.yaml").read_text()),
        template(layout.BASE / "redis" / "redis.conf", "redis/redis.conf.j2", **values),
        *(
            template(layout.NGINX / name, f"nginx/{name}.j2", **values)
            for name in ("nginx.conf", "site.conf", "headers.conf")
        ),
        text(layout.NGINX / "maintenance.html", (PROJECT / "nginx/maintenance.html").read_text()),
    ]


@deploy("Base")
def running(settings: Settings) -> None:
    """nginx and Redis run as their files say, and start with the host."""
    nginx, redis = image("nginx", settings), image("redis", settings)
    built(name="Build the image of nginx", image=nginx)
    built(name="Build the image of Redis", image=redis)
    files.put(name="Put the base's files", files=base_files(settings, nginx, redis))
    host.state(
        name="Start nginx and Redis",
        question="base-state",
        wanted={"applied": True, "active": True, "enabled": True},
        action="base-apply",
        told="base-cost",
    )
