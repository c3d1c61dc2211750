"""The start: one folder, one address, one page in the browser."""

import os
import sys
import threading
import time
import webbrowser
from dataclasses import replace
from pathlib import Path

import click

from clinic_toolkit import paths
from clinic_toolkit import settings as configuration
from clinic_toolkit.cli import keeper, sockets
from clinic_toolkit.cli.memory import guard_memory
from clinic_toolkit.store import folder, launch
from clinic_toolkit.store.claim import AlreadyOpen, Claim, claim

# How long a second start waits for the first one to say where its page is.
PATIENCE = 10.0


def run(*, data: Path | None, port: int | None, browser: bool, demo: bool) -> int:
    """Serve the practice in this folder until told to stop; return the exit code.

    Args:
        data: the folder; else CLINIC_DATA, else the usual place on this kind of machine. Without it the
            demo lies beside that place.
        browser: open the first page in the browser.
        demo: the made-up practice, in a folder of its own.
    """
    guard_memory()
    place = _place(data, demo=demo)
    folder.prepare(place)
    try:
        held = _claimed(place)
    except AlreadyOpen as first:
        click.echo(first.sentence)
        if first.url:
            _lead_in(launch.write(place, first.url), browser=browser)
        return 0
    try:
        return _serve(place, held, port=port, browser=browser, demo=demo)
    finally:
        launch.clear(place)
        held.release()


def _place(data: Path | None, *, demo: bool) -> Path:
    named = os.environ.get("CLINIC_DATA")
    usual = Path(named) if named else paths.data_folder()
    place = data or (usual.with_name(f"{usual.name}-demo") if demo else usual)
    return place.expanduser().absolute()


def _claimed(place: Path) -> Claim:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return claim(place)
        except AlreadyOpen as first:
            if first.url or time.monotonic() > until:
                raise
            time.sleep(0.1)


def _serve(place: Path, held: Claim, *, port: int | None, browser: bool, demo: bool) -> int:
    settings = configuration.read(place, demo=demo, port=port)
    if demo:
        from clinic_toolkit.cli import demo as made_up

        made_up.prepare(settings)
    listening = sockets.listen(settings.port)
    settings = replace(settings, port=listening.port)
    launch.clear(place)
    said: list[bool] = []

    def ready() -> None:
        if said:
            return
        said.append(True)
        held.publish(settings.address)
        way = launch.write(place, settings.address)
        click.echo(f"Ready: {settings.address}")
        # Some browsers return only when they are closed.
        threading.Thread(target=_lead_in, args=(way,), kwargs={"browser": browser}, daemon=True).start()

    return keeper.Keeper(settings, listening, when_ready=ready, holds=held.holds).run()


def _lead_in(way: launch.Launch, *, browser: bool) -> None:
    # Opened by a file: the address would stand in the browser's arguments, for every user to read.
    if not way.is_whole:
        click.echo(f"The disk is full. Open this address in a browser; it works once: {way.address}")
    elif browser and has_display():
        click.echo("It opens in your browser. To open it again, type the same command once more.")
        webbrowser.open(way.file.as_uri())
    else:
        click.echo(f"Open this file in a browser; it works once: {way.file}")


def has_display() -> bool:
    """Whether a browser window could appear at all."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
