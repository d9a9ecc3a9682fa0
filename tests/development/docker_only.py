"""Docker as Slipway installs it, and nothing else: a machine to develop on."""

from pyinfra import host

from infra import docker, trust
from infra.inventory import load

settings = load(host.data.get("settings"), host.name)

docker.install(settings=settings, distribution="debian")
trust.add_authorities(settings=settings)
docker.start()
