"""Run every test: python3 deploy/test.py [arguments of pytest]

Sets up what is needed the first time, in .venv beside this folder. Of its own it knows
--require-browser (no browser is a failure), --ci (every run draws the same values, and a test of
processes or browsers may run twice), --fast (no start of the program, no browser and nothing slow:
a minute and a half), --bench and --reliability (the measured goals, the long forms).
`--reliability kills --rounds 100` goes a hundred rounds of the tests of that name.
"""

# Kept to words that any Python can read, so that an old one gets a sentence and no error in syntax.
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

import browser
import environment

# With these words and no others it is still the whole suite, or all of it that is fast.
WHOLE = ("--require-browser", "--ci", "--fast")


def in_parallel(arguments, cores):
    """The arguments for pytest; the whole suite is run by two processes where there are two cores.

    A third one takes up what the two leave idle, and was no quicker: 674 to 686 seconds against 685.
    """
    if (cores or 1) < 2 or any(argument not in WHOLE for argument in arguments):
        return arguments
    # The order is made in tests/conftest.py: what takes longest comes first.
    return ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"] + arguments


def in_fixed_order(arguments):
    """The arguments with --ci told to the plugin that shuffles tests and draws seeds: one order, one seed."""
    fixed = ["--randomly-dont-reorganize", "--randomly-seed=1"] if "--ci" in arguments else []
    return fixed + arguments


def by_name(arguments):
    """The arguments with a name after --reliability turned into pytest's own choice by name."""
    chosen = []
    for argument in arguments:
        named = chosen[-1:] == ["--reliability"] and argument[:1] not in ("-", "")
        if named and not os.path.exists(argument.partition("::")[0]):
            chosen.append("-k")
        chosen.append(argument)
    return chosen


def seen_from(folder, arguments):
    """The arguments with every path that exists seen from this folder made whole."""
    whole = []
    for argument in arguments:
        path, colons, test = argument.partition("::")
        found = os.path.join(folder, path)
        whole.append(found + colons + test if path and os.path.exists(found) else argument)
    return whole


if __name__ == "__main__":
    environment.prepare(environment.DEVELOPMENT)
    browser.offer(os.environ)
    words = seen_from(os.getcwd(), by_name(in_fixed_order(in_parallel(sys.argv[1:], os.cpu_count()))))
    os.chdir(str(environment.CHECKOUT))  # where pytest finds its settings
    environment.run(environment.DEVELOPMENT, ["-m", "pytest"] + words)
