"""Open the practice: python3 deploy/start.py

Sets up what is needed the first time, in .venv beside this folder, and starts the program. The arguments are
passed on: --demo, --port 8800, --no-browser, --restore FILE, --check --out DIR. Another command of the
program stands first: backup, restore, check, verify.
"""

# Written in syntax that any Python can parse, so that an old one gets this message and no syntax error.
import os
import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.stderr.write(
        "Python 3.11, 3.12 or 3.13 is needed; this is %d.%d. Nothing was installed. Get one of them from\n"
        "python.org or your system's packages, and give the command with it, as in: python3.13 %s\n"
        % (sys.version_info[0], sys.version_info[1], sys.argv[0])
    )
    sys.exit(2)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import environment

if __name__ == "__main__":
    # Without the name of a command it is a start.
    is_named = len(sys.argv) > 1 and not sys.argv[1].startswith("-")
    arguments = sys.argv[1:] if is_named else ["start"] + sys.argv[1:]
    environment.run(environment.RUNTIME, ["-m", "clinic_toolkit"] + arguments)
