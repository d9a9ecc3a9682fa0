"""The base: nginx and Redis."""

from pyinfra.api import deploy

from infra.checkout import CHECKOUT
from infra.compose.services import literal, memory_and_swap
from infra.hostfile import HostFile, directory, folder, template, text
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.operations import images, slipway, whole_files
from infra.operations.images import Image
from infra.settings import Settings, answers, capacity, megabytes

# The pattern matches one file, or none before the first release.
ROUTES = f"include {LAYOUT.current}/routes.con[f];\n"
REDIS_SHARE = 0.6  # of the container's memory; the rest is for rewriting the file


def image(name: str, settings: Settings) -> Image:
    """The image of nginx or Redis, from the folder of its name under images/."""
    context = tuple(folder(CHECKOUT / "images" / name, ""))
    return Image(name, context, "Dockerfile", settings.docker.base_image)


def start_nginx(settings: Settings) -> str:
    """The shell's line that nginx' container runs.

    A socket of IPv6 that the kernel refuses (EAFNOSUPPORT) would end nginx. A process that needs
    more than its share of memory fails a request, before the kernel ends the process. As a limit
    of the container it would end Docker's own programs there, which need more.
    """
    return (
        "perl -MSocket -e 'socket(my $s, AF_INET6, SOCK_STREAM, 0) or exit 97';"
        f" [ $? = 97 ] || ln -sfn {LAYOUT.nginx_ipv6} {layout.IPV6_LINK};"
        f" ulimit -d {capacity.data_limit(settings.nginx) // 1024} &&"
        f" exec nginx -c {LAYOUT.nginx_configuration} -g 'daemon off;'"
    )


def base_files(settings: Settings, nginx: Image, redis: Image) -> list[HostFile]:
    """Compose file and configurations of the base."""
    port = settings.nginx.https_port
    values = {
        "settings": settings,
        "capacity": capacity,
        "nginx_image": nginx.tag,
        "redis_image": redis.tag,
        "nginx_memory_and_swap": memory_and_swap(settings.nginx.memory),
        "redis_memory_and_swap": memory_and_swap(settings.redis.memory),
        "redis_maxmemory": int(megabytes(settings.redis.memory) * REDIS_SHARE),
        "start_nginx": literal(start_nginx(settings)),
        "https_suffix": "" if port == 443 else f":{port}",
        "problems": answers.PROBLEMS,
        "instead": answers.INSTEAD,
        "answer_kinds": answers.KINDS,
    }
    return [
        directory(LAYOUT.base),
        directory(LAYOUT.nginx),
        template(LAYOUT.base_compose, "compose/base.yaml.j2", **values),
        text(LAYOUT.standby_compose, (CHECKOUT / "compose/bridge.yaml").read_text()),
        *(
            [template(LAYOUT.base / "redis" / "redis.conf", "redis/redis.conf.j2", **values)]
            if settings.redis.enabled
            else []
        ),
        *(
            template(LAYOUT.nginx / name, f"nginx/{name}.j2", **values)
            for name in ("nginx.conf", "site.conf", "headers.conf", "errors.conf", "pages.conf")
        ),
        directory(LAYOUT.nginx_ipv6),
        *(text(LAYOUT.nginx_ipv6 / name, lines) for name, lines in ipv6_files(settings).items()),
        text(LAYOUT.nginx_routes, ROUTES),
        *(
            text(
                LAYOUT.nginx / f"{page}.{kind}", (CHECKOUT / "nginx" / f"{page}.{kind}").read_text()
            )
            for page in ("error", "busy", "maintenance")
            for kind in ("html", "json")
        ),
    ]


def files(settings: Settings) -> list[HostFile]:
    """All files of the base."""
    return base_files(settings, image("nginx", settings), image("redis", settings))


def ipv6_files(settings: Settings) -> dict[str, str]:
    """What nginx' servers listen on by IPv6, by the name of the file that they include."""
    http, https = settings.nginx.http_port, settings.nginx.https_port
    proxied = " proxy_protocol" if settings.nginx.proxy_protocol else ""
    kinds = [f"ssl{proxied}", "quic"] if settings.tls.http3 else [f"ssl{proxied}"]

    def sockets(options: str) -> str:
        return "".join(f"listen [::]:{https} {kind}{options};\n" for kind in kinds)

    # The site by HTTP, for those whose TLS a trusted proxy has ended.
    site = {"site_http.conf": f"listen [::]:{http}{proxied};\n"}
    return {
        "http.conf": f"listen [::]:{http} default_server reuseport{proxied};\n",
        "sockets.conf": sockets(" reuseport"),  # options of the sockets, once for all
        "https.conf": sockets(""),
        "default.conf": sockets(" default_server"),
    } | (site if settings.nginx.trusted_proxies else {})


@deploy("Base")
def apply(settings: Settings) -> None:
    """nginx and Redis run as their files say, and start with the host."""
    nginx, redis = image("nginx", settings), image("redis", settings)
    images.build(name="Build the nginx image", image=nginx)
    if settings.redis.enabled:
        images.build(name="Build the Redis image", image=redis)
    whole_files.replace(
        name="Copy the files of nginx and Redis", files=base_files(settings, nginx, redis)
    )
    slipway.ensure(
        name="Start or update nginx and Redis",
        question="base-state",
        wanted={"differences": [], "users": True, "active": True, "enabled": True},
        action="base-apply",
        told="base-cost",
    )
