"""`python -m clinic_toolkit`."""

from clinic_toolkit.cli import run

# The guard matters: a spawned worker imports this module again.
if __name__ == "__main__":
    run()
