"""`--demo`: prepares the invented practice and prints its passphrase and return code."""

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import click

from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.settings import Settings


def prepare_demo(settings: Settings) -> None:
    """Create today's demo practice, unless it exists already, and print its passphrase and return code.

    Raises:
        ClinicError: the folder belongs to a real practice, or the demo could not be made.
    """
    if not settings.demo:
        raise ClinicError(
            f"The folder {settings.data_folder} is set up for a real practice. Nothing in it was changed. "
            "Choose another folder with --data, or leave --data out."
        )
    click.echo(
        "Preparing the demo: everyone in it is made up. It starts fresh each day; nothing you type is kept."
    )
    # In a separate process, because this one becomes the keeper, which never holds any key.
    try:
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
            result = executor.submit(_build_demo, settings.data_folder).result()
    except BrokenProcessPool as error:
        raise ClinicError("The demo could not be made. Start it again.") from error
    if isinstance(result, DemoFailure):
        raise DamagedFile(result.sentence) if result.damaged else ClinicError(result.sentence)
    passphrase, code = result
    click.echo(f"Passphrase: {passphrase}")
    click.echo(f"Return code: {code}")
    click.echo("Both are the same for everyone who tries the demo: they are not secret and protect nothing.")


class DemoFailure:
    """An error of the other process, reduced to its sentence and whether it means damage."""

    def __init__(self, sentence: str, *, damaged: bool) -> None:
        self.sentence, self.damaged = sentence, damaged


def _build_demo(data_folder: Path) -> tuple[str, str] | DemoFailure:
    from clinic_toolkit.demo import folder

    try:
        practice = folder.prepare_demo_folder(data_folder, now=datetime.now(UTC))
    except ClinicError as error:
        return DemoFailure(error.sentence, damaged=isinstance(error, DamagedFile))
    return practice.passphrase, practice.return_code
