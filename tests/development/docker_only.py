"""Docker as Slipway installs it, and nothing else: a machine to develop on."""

from pyinfra import host

from infra import docker, preflight, trust
from infra.facts.engine import Engine
from infra.settings import load_host

settings = load_host(host)

docker.install(settings=settings, packages=preflight.engine.packages(Engine(), "debian"))
trust.add_authorities(settings=settings)
docker.start()
