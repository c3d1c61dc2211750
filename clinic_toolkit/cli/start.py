"""Starts the program: locks the data folder, binds the port, runs the keeper and opens the browser."""

import os
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from clinic_toolkit import paths, start_commands
from clinic_toolkit import settings as configuration
from clinic_toolkit.backup import synced_folders
from clinic_toolkit.cli import check_folder, keeper, listening_sockets
from clinic_toolkit.cli.process_limits import protect_memory
from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.store import folder, format_number, launch_file
from clinic_toolkit.store.folder_lock import AlreadyOpen, FolderLock, acquire_folder_lock

T = TypeVar("T")

# How long a second start waits for the first one to publish its address.
URL_WAIT_SECONDS = 10.0
EXIT_REFUSED = 2

WRITE_PROTECTED_MESSAGE = (
    "Nothing can be written in the data folder; perhaps its disk is write-protected. The practice opens to "
    "be read, and nothing can be saved."
)
_NOTHING_TO_READ = (
    "Nothing can be written in {}, and there is no whole practice in it that could be read. To open a "
    "backup, restore it into another folder:  {}"
)


def run_program(
    *, data: Path | None, port: int | None, browser: bool, demo: bool, backup_file: Path | None = None
) -> int:
    """Serve the practice in this folder until told to stop; returns the exit code.

    Args:
        data: the data folder. None means CLINIC_DATA or else the default folder; for the demo, a folder
            beside that one.
        port: the port from the command line, if any.
        browser: whether to open the first page in the browser.
        demo: whether to serve the invented practice, in its own folder.
        backup_file: a backup to restore into the folder first, never over a practice.
    """
    protect_memory()
    data_folder = _choose_data_folder(data, demo=demo)
    if backup_file and not _restore_backup(backup_file, data_folder):
        return EXIT_REFUSED
    if data_folder.is_dir() and not folder.is_writable(data_folder):
        return _serve_write_protected(data_folder, port=port, browser=browser)
    folder.prepare_folder(data_folder)
    try:
        folder_lock = _acquire_lock(data_folder)
    except AlreadyOpen as error:
        click.echo(error.sentence)
        if error.url:
            _open_browser(launch_file.create_launch_file(data_folder, error.url), browser=browser)
        return 0
    try:
        _finish_restore(data_folder)
        check_folder.remove_left_folders(data_folder.parent)
        _bring_up_to_date(data_folder)
        _warn_about_place(data_folder)
        return _serve_practice(data_folder, folder_lock, port=port, browser=browser, demo=demo)
    finally:
        launch_file.remove_launch_files(data_folder)
        folder_lock.release()


def _serve_write_protected(data_folder: Path, *, port: int | None, browser: bool) -> int:
    """Serve a record that can only be read. No lock can be taken there, and none is needed."""
    os.umask(0o077)
    if (data_folder / folder.RESTORE_PLAN).exists() or not folder.database_path(data_folder).exists():
        command = start_commands.write_command("--restore", "FILE", "--data", "FOLDER")
        click.echo(_NOTHING_TO_READ.format(data_folder, command), err=True)
        return EXIT_REFUSED
    click.echo(WRITE_PROTECTED_MESSAGE)
    try:
        return _serve_practice(data_folder, None, port=port, browser=browser, demo=False)
    finally:
        launch_file.remove_launch_files(data_folder)


def _run_there(work: Callable[..., T], *given: object) -> T:
    """Run it in a process of its own: this one becomes the keeper, which loads nothing that reads a store."""
    # Only here, because most starts do without them.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
        return executor.submit(work, *given).result()


def _restore_backup(file: Path, data_folder: Path) -> bool:
    """Restore a backup, and say what became of it; returns whether it is in place."""
    try:
        is_restored = _run_there(_restore_there, file, data_folder, _choose_data_folder(None, demo=False))
    except KeyboardInterrupt:
        # The other process was stopped as well, and says that nothing was changed.
        return False
    if not is_restored:
        return False
    click.echo("The program starts now, and asks for the passphrase or the recovery sheet of that day.")
    return True


def _restore_there(file: Path, data_folder: Path, usual_folder: Path) -> bool:
    from clinic_toolkit.cli import backup_commands

    code = backup_commands.restore(file, data_folder, replace=False, beside=(usual_folder,), starting=True)
    # What is restored with faults is in place.
    return code != backup_commands.EXIT_REFUSED


def _finish_restore(data_folder: Path) -> None:
    if not (data_folder / folder.RESTORE_PLAN).exists():
        return
    _run_there(_finish_restore_there, data_folder)
    click.echo("A restore that had been interrupted was finished.")


def _finish_restore_there(data_folder: Path) -> None:
    from clinic_toolkit.backup import restoration

    restoration.finish_restore(data_folder)


def _bring_up_to_date(data_folder: Path) -> None:
    number = format_number.read_header_number(folder.database_path(data_folder))
    if number is None or number >= format_number.FORMAT_VERSION:
        return
    backup = _run_there(_bring_up_to_date_there, data_folder)
    if backup is not None:
        click.echo(
            "This practice was written by an earlier version of the program, and was brought up to date. "
            f"As it was before, it is kept in {backup}."
        )


def _bring_up_to_date_there(data_folder: Path) -> Path | None:
    from clinic_toolkit.backup import upgrade
    from clinic_toolkit.backup.progress import report_nothing
    from clinic_toolkit.record import record_kinds  # noqa: F401 - so that every table is known

    try:
        return upgrade.bring_up_to_date(data_folder, now=datetime.now(UTC), report=report_nothing)
    except ClinicError as error:
        # An error of which the other process knows how it is made.
        raise DamagedFile(error.sentence) from None


def _warn_about_place(data_folder: Path) -> None:
    if service := synced_folders.find_sync_service(data_folder, home=Path.home()):
        click.echo(synced_folders.describe_placement(data_folder, service), err=True)
    if copies := synced_folders.list_conflict_copies(data_folder):
        click.echo(synced_folders.describe_copies(copies), err=True)


def _choose_data_folder(data: Path | None, *, demo: bool) -> Path:
    configured = os.environ.get("CLINIC_DATA")
    usual_folder = Path(configured) if configured else paths.default_data_folder()
    chosen_folder = data or (usual_folder.with_name(f"{usual_folder.name}-demo") if demo else usual_folder)
    return chosen_folder.expanduser().absolute()


def _acquire_lock(data_folder: Path) -> FolderLock:
    deadline = time.monotonic() + URL_WAIT_SECONDS
    while True:
        try:
            return acquire_folder_lock(data_folder)
        except AlreadyOpen as error:
            if error.url or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _serve_practice(
    data_folder: Path, folder_lock: FolderLock | None, *, port: int | None, browser: bool, demo: bool
) -> int:
    settings = configuration.load_settings(data_folder, demo=demo, port=port)
    if demo:
        from clinic_toolkit.cli import demo as demo_command

        demo_command.prepare_demo(settings)
    sockets = listening_sockets.open_sockets(settings.port)
    settings = replace(settings, port=sockets.port)
    launch_file.remove_launch_files(data_folder)
    announced: list[bool] = []

    def ready() -> None:
        if announced:
            return
        announced.append(True)
        if folder_lock:
            folder_lock.publish_url(settings.address)
        launched = launch_file.create_launch_file(data_folder, settings.address)
        click.echo(f"Ready: {settings.address}")
        # In a thread, because some browsers return only when they are closed.
        threading.Thread(
            target=_open_browser, args=(launched,), kwargs={"browser": browser}, daemon=True
        ).start()

    holds_folder = folder_lock.ensure_held if folder_lock else lambda: True
    return keeper.Keeper(settings, sockets, on_ready=ready, holds_folder=holds_folder).run()


def _open_browser(launched: launch_file.LaunchFile, *, browser: bool) -> None:
    # A file is opened, because the URL with its token would be readable in the browser's arguments.
    if not launched.is_complete:
        click.echo(f"The disk is full. Open this address in a browser; it works once: {launched.address}")
    elif browser and has_display():
        click.echo("It opens in your browser. To open it again, type the same command once more.")
        webbrowser.open(launched.file.as_uri())
    else:
        click.echo(f"Open this file in a browser; it works once: {launched.file}")


def has_display() -> bool:
    """Whether there is a display on which a browser could open."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
