"""The services of a release's compose file that its acceptance tests run in."""

from infra.compose.services import Service, memory
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.releases.acceptance import DOMAIN, URL, site_url
from infra.settings import Settings

# What the tests have none of: secrets, and a way to Redis.
SECRET = frozenset({"secrets", "env_file", "group_add", "networks", "extra_hosts"})


def front(settings: Settings) -> Service:
    """The nginx that stands before all releases, before this one alone and on no network.

    The acceptance tests reach it by the site's own names and ports, and nobody else does.
    """
    domain = f"${{{DOMAIN}:-{settings.domain}}}"  # a later one when the release is gone back to
    return {
        "extends": {"file": f"{LAYOUT.base}/compose.yaml", "service": "nginx"},
        "profiles": ["acceptance"],
        "restart": "no",
        "network_mode": "none",
        "extra_hosts": [f"{name}:127.0.0.1" for name in [domain, *settings.aliases]],
        "volumes": [  # here the one way in leads to this release, and no other is there
            {"type": "tmpfs", "target": str(LAYOUT.web)},
            f"{LAYOUT.web}/${{RELEASE}}:{LAYOUT.current}:ro",
        ],
    }


def acceptance(settings: Settings, base: Service, image: str) -> Service:
    """The acceptance tests: without secrets, and without a way to Redis or to the volumes."""
    url = site_url(settings.domain, settings.nginx.https_port)
    rights = {key: base[key] for key in base if key not in SECRET}
    return (
        rights
        | memory("256m")
        | {
            "image": image,
            "profiles": ["acceptance"],
            "restart": "no",
            "network_mode": "service:front",
            "user": f"{layout.ACCEPTANCE_UID}:{layout.ACCEPTANCE_UID}",
            "logging": {"driver": "local"},  # read once, when they have ended
            "command": ["pytest", "--quiet", "--tb=short", "-p", "no:cacheprovider"],
            "environment": {
                "BASE_URL": f"${{{URL}:-{url}}}",
                "SSL_CERT_FILE": str(layout.CONTAINER_TRUST),
            },
            "volumes": [
                f"./acceptance:{layout.CONTAINER_ACCEPTANCE}:ro",
                f"{LAYOUT.web}/${{RELEASE}}/trust.pem:{layout.CONTAINER_TRUST}:ro",
            ],
        }
    )
