"""Open the practice: python3 deploy/start.py

Sets up what is needed the first time, in .venv beside this folder, and starts the program. What
follows the name is passed on: --demo, --port 8800, --no-browser, --check --out DIR.
"""

# Kept to words that any Python can read, so that an old one gets a sentence and no error in syntax.
import os
import sys

if sys.version_info < (3, 11):
    sys.stderr.write("Python 3.11 or newer is needed; this is %d.%d.\n" % sys.version_info[:2])
    sys.exit(2)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import environment

if __name__ == "__main__":
    environment.run(environment.RUNTIME, ["-m", "clinic_toolkit", "start"] + sys.argv[1:])
