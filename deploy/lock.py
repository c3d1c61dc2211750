"""Maintainers only: write both lists of locked libraries again from pyproject.toml. Needs uv.

    python3 deploy/lock.py [--upgrade]

The lists hold for every system and Python (markers), and name wheels only, each with its hash. The
second is bound by the first, so that one environment can serve the start and the tests.
"""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
_COMPILE = (
    "uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --only-binary :all:"
    " --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command"
).split()
RUNTIME = "deploy/requirements.lock"
DEVELOPMENT = "deploy/requirements-dev.lock"


def main() -> int:
    """Compile the runtime list, then the development list on top of it."""
    command = [*_COMPILE, "python3 deploy/lock.py", *sys.argv[1:], "pyproject.toml"]
    for extra in (["-o", RUNTIME], ["--group", "dev", "-c", RUNTIME, "-o", DEVELOPMENT]):
        done = subprocess.run([*command, *extra], cwd=CHECKOUT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
