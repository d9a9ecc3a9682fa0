"""Runs a command in a new container of the current release: `--data command="flask init-db"`."""

from pyinfra import host
from pyinfra.api import DeployError

from infra import origin
from infra.operations import deploy_lock, one_off

words = one_off.words(host.data.get("command"))
if not words:
    raise DeployError('add --data command="COMMAND" to the command line')

deploy_lock.take(name="Take the deploy lock", by=origin.operator(), purpose="command")
one_off.run(name=f"Run {words[0]} in a container of the current release", command=words)
