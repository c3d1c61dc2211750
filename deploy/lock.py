"""Maintainers only: write both lists of locked libraries again from pyproject.toml. Needs uv.

    python3 deploy/lock.py [--upgrade]
    python3 deploy/lock.py --check

The second form writes nothing: it asks whether there is a wheel of everything for each Python that the README
names, on each system.

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


VERSIONS = ("3.11", "3.12", "3.13")
SYSTEMS = (
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)


def check() -> int:
    """Resolve both lists for every version and system, as an installation would, into nowhere."""
    failed = 0
    for version in VERSIONS:
        for system in SYSTEMS:
            command = ["uv", "pip", "install", "--quiet", "--dry-run", "--no-deps", "--require-hashes"]
            command += ["--only-binary", ":all:", "--python-version", version, "--python-platform", system]
            command += ["--target", str(CHECKOUT / ".venv" / "nowhere"), "-r", DEVELOPMENT]
            done = subprocess.run(command, cwd=CHECKOUT, check=False).returncode == 0
            print(f"{'holds' if done else 'DOES NOT HOLD'}: Python {version} on {system}")
            failed += not done
    return 1 if failed else 0


def main() -> int:
    """Compile the runtime list, then the development list on top of it."""
    command = [*_COMPILE, "python3 deploy/lock.py", *sys.argv[1:], "pyproject.toml"]
    for extra in (["-o", RUNTIME], ["--group", "dev", "-c", RUNTIME, "-o", DEVELOPMENT]):
        done = subprocess.run([*command, *extra], cwd=CHECKOUT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv else main())
