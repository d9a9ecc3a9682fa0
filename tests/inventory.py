"""The demo's test host under another name, so that bin/demo's is left alone.

TEST_HOST names it; TEST_SETTINGS is a JSON object of settings that replace the demo's.
"""

import copy
import json
import os

from tests import demo

_name = os.environ.get("TEST_HOST", "test")
_data = copy.deepcopy(demo.hosts[0][1])
# The test CA is trusted on the host as public ones are, so that all is served that depends on it.
_trusted = [*_data["settings"]["extra_ca_certificates"], str(demo.LAB / "ca.pem")]
_data["settings"] |= {"domain": f"{_name}.slipway.test", "extra_ca_certificates": _trusted}
_data["settings"] |= json.loads(os.environ.get("TEST_SETTINGS", "{}"))

hosts = [(_name, _data)]
