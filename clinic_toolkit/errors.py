"""The base error. Every other error class is defined beside the code that raises it."""


class ClinicError(Exception):
    """An error to be shown to a person.

    The sentence is written for the person at the screen: plain, complete, and free of client data, because
    it may also be printed to a terminal. Only `web/error_pages.py` maps error classes to an HTTP status, and
    only `cli/__init__.py` to an exit code.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class DamagedFile(ClinicError):
    """A file of ours is damaged, missing or of another version. It is never overwritten; exit code 2."""
