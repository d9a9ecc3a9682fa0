"""Real certificates, made by openssl."""

import subprocess
from pathlib import Path


def make(path: Path, *names: str, days: int = 90) -> None:
    """A real certificate of these names."""
    alternatives = ",".join(f"DNS:{name}" for name in names)
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {days}"
    )
    words = [
        *command.split(),
        "-subj",
        f"/CN={names[0]}",
        "-keyout",
        f"{path}.key",
        "-out",
        str(path),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [*words, "-addext", f"subjectAltName={alternatives}"], check=True, capture_output=True
    )
