"""The configuration, read once from `settings.toml` in the data folder and from the environment.

The file is written at the first start and never changed by the program afterwards. A damaged one is reported
and never replaced, because its host name is part of every bookmark and cookie.
"""

import os
import re
import secrets
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clinic_toolkit import plain_text, toml_limits
from clinic_toolkit.errors import ClinicError, DamagedFile

SETTINGS_FILE = "settings.toml"
# Far more than a person writes there; a longer file is refused.
_MAX_BYTES = 100_000
# Python raises an error of its own for a number with thousands of digits.
_MAX_DIGITS = 9

HOST_NAME_PATTERN = re.compile(r"t-[a-z0-9]{8}\.localhost")

# Integer settings with their smallest and largest accepted value.
NUMBER_RANGES = {"port": (1024, 65535), "idle_seconds": (1, 900), "idle_in_session_seconds": (1, 3600)}

_TEMPLATE = """\
# Settings of this practice's program. Read once at every start.
# The name in the address of the pages; it is random so that no other program can guess it.
host_name = "{host_name}"
# Whether this is an invented practice, to try things out. Every page says so.
demo = {demo}

# To change one of these, remove the sign in front and start again.
# port = 8765
# idle_seconds = 300
# idle_in_session_seconds = 1800
"""


class BadSetting(ClinicError):
    """A value given on the command line or in the environment cannot be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """All settings. `port` is the wanted port, and in a worker the port in use."""

    data_folder: Path
    host_name: str
    port: int = 8765
    idle_seconds: int = 300
    idle_in_session_seconds: int = 1800
    demo: bool = False

    @property
    def host(self) -> str:
        """The only Host header that is accepted."""
        return f"{self.host_name}:{self.port}"

    @property
    def address(self) -> str:
        """URL of the first page."""
        return f"http://{self.host}/"


def load_settings(
    data_folder: Path, *, demo: bool = False, port: int | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Read the settings of this data folder; at the first start, write them first.

    Args:
        data_folder: the data folder.
        demo: whether a new settings file is for the demo practice.
        port: the port from the command line, which overrides all other sources.
        environ: where CLINIC_PORT, CLINIC_IDLE_SECONDS and CLINIC_IDLE_IN_SESSION_SECONDS are looked up.

    Raises:
        DamagedFile: the file exists but is invalid. It is not changed.
        BadSetting: a number from the command line or the environment is invalid, or the file cannot be
            written at the first start.
    """
    path = data_folder / SETTINGS_FILE
    numbers = {}
    if port is not None:
        numbers["port"] = _check_range("--port", "port", port)
    if not path.exists():
        if data_folder.is_dir() and not os.access(data_folder, os.W_OK):
            # A record on a write-protected disk is read under a name for this time alone.
            numbers = _read_environment(environ) | numbers
            return Settings(data_folder=data_folder, host_name=_draw_host_name(), demo=demo, **numbers)
        _create_settings_file(path, demo=demo)
    return _parse_settings_file(path, _read_environment(environ) | numbers)


def _parse_settings_file(path: Path, overrides: dict[str, int]) -> Settings:
    try:
        table = tomllib.loads(_read_settings_text(path))
    except plain_text.TextDecodingError as cause:
        raise _damaged_settings_error(path, str(cause)) from cause
    # TOMLDecodeError and TomlLimitExceeded are subclasses of ValueError.
    except (OSError, ValueError, RecursionError) as cause:
        raise _damaged_settings_error(path, "it is not a settings file") from cause
    unknown_keys = sorted(set(table) - {"host_name", "demo", *NUMBER_RANGES})
    if unknown_keys:
        raise _damaged_settings_error(path, f"it sets something unknown, {unknown_keys[0]!r}")
    host_name, demo = table.get("host_name"), table.get("demo", False)
    if not isinstance(host_name, str) or not HOST_NAME_PATTERN.fullmatch(host_name):
        raise _damaged_settings_error(path, "its host_name is missing or was not made by this program")
    if not isinstance(demo, bool):
        raise _damaged_settings_error(path, "demo must be true or false")
    numbers = {}
    for name, (minimum, maximum) in NUMBER_RANGES.items():
        value = table.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise _damaged_settings_error(path, f"{name} must be a whole number from {minimum} to {maximum}")
        numbers[name] = value
    return Settings(data_folder=path.parent, host_name=host_name, demo=demo, **(numbers | overrides))


def _read_settings_text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise ValueError("too long")
    text = plain_text.decode_text(data)
    toml_limits.check_limits(text)
    return text


def _read_environment(environ: Mapping[str, str]) -> dict[str, int]:
    numbers = {}
    for name in NUMBER_RANGES:
        variable = f"CLINIC_{name.upper()}"
        text = environ.get(variable)
        if not text:
            continue
        if not text.isascii() or not text.isdigit() or len(text) > _MAX_DIGITS:
            raise BadSetting(f"{variable} must be a whole number. Correct it or remove it, then start again.")
        numbers[name] = _check_range(variable, name, int(text))
    return numbers


def _check_range(label: str, name: str, value: int) -> int:
    minimum, maximum = NUMBER_RANGES[name]
    if not minimum <= value <= maximum:
        raise BadSetting(f"{label} must be from {minimum} to {maximum}. Correct it, then start again.")
    return value


def _draw_host_name() -> str:
    alphabet = string.ascii_lowercase + string.digits
    return f"t-{''.join(secrets.choice(alphabet) for _ in range(8))}.localhost"


def _create_settings_file(path: Path, *, demo: bool) -> None:
    host_name = _draw_host_name()
    temporary_file = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(temporary_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(_TEMPLATE.format(host_name=host_name, demo=str(demo).lower()))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary_file, path)
    except OSError as cause:
        raise BadSetting(
            f"Nothing can be written to {path.parent}: {cause.strerror or 'no reason given'}. "
            "Choose another folder with --data, or make room there, then start again."
        ) from cause


def _damaged_settings_error(path: Path, what: str) -> DamagedFile:
    return DamagedFile(
        f"The settings file {path} is damaged: {what}. Nothing was changed. Correct it, or move it away "
        "and start again: then a new one is made, with a new address. Your records are not in this file."
    )
