"""The one base error. Every other error class lives beside the code that raises it."""


class ClinicError(Exception):
    """Something went wrong that a person should read about.

    The sentence is written for the person at the screen: plain, complete, and free of client
    content, because it may also reach a terminal. `web/error_pages.py` maps classes to an HTTP status,
    `cli/__init__.py` to an exit code; nothing else does.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class DamagedFile(ClinicError):
    """A file of ours cannot be read as what it should be. Nothing is overwritten; exit code 2."""
