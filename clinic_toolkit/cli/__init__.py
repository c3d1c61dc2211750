"""The command line, and the three kinds of process behind it: keeper, worker and parser.

It defines the commands, the exit codes and the order of a start. It makes no clinical decision.
"""

import os
from pathlib import Path

import click

from clinic_toolkit import __version__, paths
from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.settings import BadSetting

# Exit codes: 0 is success, 1 a failure, 2 a file or a setting that a person has to correct first.
_USER_MUST_FIX = (DamagedFile, BadSetting)


def exit_code(error: ClinicError) -> int:
    """The exit code for an error: 2 if a person has to correct a file or a setting first, else 1."""
    return 2 if isinstance(error, _USER_MUST_FIX) else 1


class _StartByDefaultGroup(click.Group):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["start", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ClinicError as error:
            click.echo(error.sentence, err=True)
            ctx.exit(exit_code(error))


@click.group(cls=_StartByDefaultGroup)
@click.version_option(__version__)
def main() -> None:
    """Clinic toolkit: the sealed record of a practice, on this machine only."""


@main.command()
@click.option("--port", type=int, help="The port to use; if it is taken, the next free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="The folder that holds the practice."
)
@click.option("--demo", is_flag=True, help="Open an invented practice; the real one is left alone.")
@click.option(
    "--restore",
    "backup_file",
    type=click.Path(path_type=Path),
    help="Restore this backup first, into a data folder without a practice.",
)
@click.option("--check", is_flag=True, help="Try the main tasks once by itself, in a new temporary folder.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --check: the folder for the PDFs.",
)
@click.pass_context
def start(
    ctx: click.Context,
    port: int | None,
    no_browser: bool,
    data: Path | None,
    demo: bool,
    backup_file: Path | None,
    check: bool,
    out: Path | None,
) -> None:
    """Open the practice in the browser."""
    if check:
        from clinic_toolkit.cli import self_test

        if out is None:
            raise click.UsageError("--check needs --out, the folder for the PDFs.")
        ctx.exit(self_test.run_self_test(out))
    from clinic_toolkit.cli.start import run_program

    if backup_file and demo:
        raise click.UsageError("--restore is for a practice of your own, and --demo for the invented one.")
    ctx.exit(run_program(data=data, port=port, browser=not no_browser, demo=demo, backup_file=backup_file))


_DATA_OPTION = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="The folder that holds the practice."
)
_SHEET_OPTION = click.option(
    "--sheet", is_flag=True, help="Open it with the recovery sheet and not with the passphrase."
)
# Whether it is a file, and of what kind, the program says itself.
_BACKUP_PATH = click.Path(path_type=Path)


@main.command()
@click.argument("file", required=False, type=_BACKUP_PATH)
@_DATA_OPTION
@click.option(
    "--without-passphrase",
    "keyless",
    is_flag=True,
    help="Check only what can be seen without a key: the chain and the frame of every seal.",
)
@_SHEET_OPTION
@click.pass_context
def verify(ctx: click.Context, file: Path | None, data: Path | None, keyless: bool, sheet: bool) -> None:
    """Check everything that is kept, changing nothing; or a backup, without a key or with the sheet.

    Exit code 0: whole; 1: not whole; 2: not read.
    """
    if keyless and sheet:
        raise click.UsageError("--without-passphrase opens nothing, so it does not go with --sheet.")
    if file is not None:
        from clinic_toolkit.cli import backup_commands

        ctx.exit(backup_commands.verify_file(file, _resolve_data_folder(data), sheet=sheet))
    from clinic_toolkit.cli.verify import verify_store

    ctx.exit(verify_store(_resolve_data_folder(data), keyless=keyless, sheet=sheet))


@main.command()
@click.option(
    "--to", type=click.Path(path_type=Path), help="The folder for it; else the place chosen in the program."
)
@_DATA_OPTION
@click.pass_context
def backup(ctx: click.Context, to: Path | None, data: Path | None) -> None:
    """Make a backup. Needs no passphrase. Exit code 0: made; 1: the record has faults; 2: not made."""
    from clinic_toolkit.cli import backup_commands

    ctx.exit(backup_commands.make_backup(_resolve_data_folder(data), to))


@main.command()
@click.argument("file", type=_BACKUP_PATH)
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder to restore into: empty, or not there yet.",
)
@click.option(
    "--replace", is_flag=True, help="Restore over the same practice; what is there is put aside, not deleted."
)
@click.pass_context
def restore(ctx: click.Context, file: Path, data: Path, replace: bool) -> None:
    """Restore a backup into a folder. Exit code 0: restored; 2: nothing was changed."""
    from clinic_toolkit.cli import backup_commands

    usual = (_resolve_data_folder(None),)
    ctx.exit(backup_commands.restore(file, data.expanduser().absolute(), replace=replace, beside=usual))


@main.command()
@click.argument("file", required=False, type=_BACKUP_PATH)
@_DATA_OPTION
@_SHEET_OPTION
@click.pass_context
def check(ctx: click.Context, file: Path | None, data: Path | None, sheet: bool) -> None:
    """Prove that a backup can be restored: unpack it aside, open and read all of it, throw it away.

    Exit code 0: proved; 1: it has faults; 2: not opened.
    """
    from clinic_toolkit.cli import backup_commands

    ctx.exit(backup_commands.check_file(file, _resolve_data_folder(data), sheet=sheet))


@main.group("questionnaire")
def own_questionnaire() -> None:
    """A questionnaire of your own: check it, see it on paper, help your editor."""


_DEFINITION_PATH = click.Path(path_type=Path, exists=True, dir_okay=False)


@own_questionnaire.command()
@click.argument("files", nargs=-1, required=True, type=_DEFINITION_PATH)
@click.pass_context
def validate(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Say everything that is wrong in these files, each at its place. Exit code 0: usable; 2: to mend."""
    from clinic_toolkit.cli import questionnaire

    ctx.exit(questionnaire.validate_files(files))


@own_questionnaire.command()
@click.argument("file", type=_DEFINITION_PATH)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder for the PDFs."
)
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", show_default=True)
@click.pass_context
def preview(ctx: click.Context, file: Path, out: Path, paper: str) -> None:
    """Write its papers: the blank form in both wordings, the answer card, the guide."""
    from clinic_toolkit.cli import questionnaire

    ctx.exit(questionnaire.write_previews(file, out, paper=paper))


@own_questionnaire.command()
def schema() -> None:
    """Print the JSON Schema of a questionnaire, for your editor."""
    from clinic_toolkit.cli import questionnaire

    click.echo(questionnaire.schema_json(), nl=False)


def _resolve_data_folder(data: Path | None) -> Path:
    configured = os.environ.get("CLINIC_DATA")
    folder = data or (Path(configured) if configured else paths.default_data_folder())
    return folder.expanduser().absolute()
