"""Docker as Slipway installs it, and nothing else: a machine to develop on."""

from pyinfra import host

from infra import docker, trust
from infra.settings import load_host

settings = load_host(host)

docker.engine(settings=settings, distribution="debian")
trust.extra_ca_certificates(settings=settings)
docker.current()
