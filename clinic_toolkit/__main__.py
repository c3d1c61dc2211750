"""Entry point of `python -m clinic_toolkit`."""

from clinic_toolkit.cli import main

# Required, because a spawned worker process imports this module again.
if __name__ == "__main__":
    main(prog_name="clinic-toolkit")
