"""`python -m clinic_toolkit`."""

from clinic_toolkit.cli import main

# The guard matters: a spawned worker imports this module again.
if __name__ == "__main__":
    main(prog_name="clinic-toolkit")
