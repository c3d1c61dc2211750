"""Maintainers only: rewrite both lists of locked libraries from pyproject.toml. Needs uv.

    python3 deploy/lock.py [--upgrade]
    python3 deploy/lock.py --check

The second form writes nothing: it checks that there is a wheel of every library for each Python that the
README names, on each system.

The lists are valid for every system and Python (markers), and name wheels only, each with its hash. The
second is constrained by the first, so that one environment can serve the start and the tests.
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


VERSIONS = ("3.11", "3.12", "3.13")
SYSTEMS = (
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)


def check() -> int:
    """Check that both lists could be installed for every version and system; nothing is installed."""
    failures = 0
    for version in VERSIONS:
        for system in SYSTEMS:
            command = ["uv", "pip", "install", "--quiet", "--dry-run", "--no-deps", "--require-hashes"]
            command += ["--only-binary", ":all:", "--python-version", version, "--python-platform", system]
            command += ["--target", str(CHECKOUT / ".venv" / "nowhere"), "-r", DEVELOPMENT]
            is_installable = subprocess.run(command, cwd=CHECKOUT, check=False).returncode == 0
            print(f"{'holds' if is_installable else 'DOES NOT HOLD'}: Python {version} on {system}")
            failures += not is_installable
    return 1 if failures else 0


def main() -> int:
    """Compile the runtime list, then the development list on top of it."""
    command = [*_COMPILE, "python3 deploy/lock.py", *sys.argv[1:], "pyproject.toml"]
    for options in (["-o", RUNTIME], ["--group", "dev", "-c", RUNTIME, "-o", DEVELOPMENT]):
        result = subprocess.run([*command, *options], cwd=CHECKOUT, check=False)
        if result.returncode:
            return result.returncode
    return 0


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv else main())
