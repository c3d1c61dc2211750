"""Run every test: python3 deploy/test.py [arguments of pytest]

Sets up what is needed the first time, in .venv beside this folder. Added to the options of pytest are
--require-browser (no browser is a failure), --ci (every run draws the same values, and a test of
processes or browsers may run twice), --fast (no start of the program, no browser and nothing slow:
a minute and a half), --bench and --reliability (the measured goals, the long forms).
`--reliability kills --rounds 100` runs a hundred rounds of the tests of that name.
"""

# Written in syntax that any Python can parse, so that an old one gets this message and no syntax error:
# types stand in comments.
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

# With no other arguments than these it is still the whole suite, or all of its fast tests.
WHOLE = ("--require-browser", "--ci", "--fast")


def in_parallel(arguments, cores):
    # type: (list[str], int | None) -> list[str]
    """The arguments for pytest; with two cores, three processes run the whole suite and two its fast tests.

    The third one works while the others wait, as tests/fixtures/file_schedule.py says.
    """
    if (cores or 1) < 2 or any(argument not in WHOLE for argument in arguments):
        return arguments
    processes = "2" if "--fast" in arguments else "3"
    return ["-n", processes, "--dist", "loadfile", "--no-loadscope-reorder"] + arguments


def in_fixed_order(arguments):
    # type: (list[str]) -> list[str]
    """The arguments; with --ci, also one order and one seed for the plugin that shuffles tests."""
    options = ["--randomly-dont-reorganize", "--randomly-seed=1"] if "--ci" in arguments else []
    return options + arguments


def by_name(arguments):
    # type: (list[str]) -> list[str]
    """The arguments, with a name after --reliability turned into pytest's option -k."""
    pytest_arguments = []  # type: list[str]
    for argument in arguments:
        may_be_name = pytest_arguments[-1:] == ["--reliability"] and argument[:1] not in ("-", "")
        if may_be_name and not os.path.exists(argument.partition("::")[0]):
            pytest_arguments.append("-k")
        pytest_arguments.append(argument)
    return pytest_arguments


def seen_from(folder, arguments):
    # type: (str, list[str]) -> list[str]
    """The arguments, with every path that exists in this folder made absolute."""
    absolute_arguments = []
    for argument in arguments:
        path, colons, test = argument.partition("::")
        absolute_path = os.path.join(folder, path)
        absolute_arguments.append(
            absolute_path + colons + test if path and os.path.exists(absolute_path) else argument
        )
    return absolute_arguments


if __name__ == "__main__":
    environment.prepare(environment.DEVELOPMENT)
    browser.offer(os.environ)
    words = seen_from(os.getcwd(), by_name(in_fixed_order(in_parallel(sys.argv[1:], os.cpu_count()))))
    os.chdir(str(environment.CHECKOUT))  # where pytest finds its settings
    environment.run(environment.DEVELOPMENT, ["-m", "pytest"] + words)
