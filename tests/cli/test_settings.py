import stat
import sys
from pathlib import Path

import pytest

from clinic_toolkit import settings
from clinic_toolkit.cli import exit_code
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.settings import BadSetting

NAME = 'host_name = "t-abcdefgh.localhost"\n'


def test_the_first_start_writes_a_file_and_the_next_one_reads_it(tmp_path: Path) -> None:
    first = settings.load_settings(tmp_path / "new", environ={})
    assert settings.HOST_NAME_PATTERN.fullmatch(first.host_name)
    assert settings.load_settings(tmp_path / "new", environ={}) == first
    assert (first.port, first.idle_seconds, first.idle_in_session_seconds, first.demo) == (
        8765,
        300,
        1800,
        False,
    )
    assert first.address == f"http://{first.host_name}:8765/"
    assert settings.load_settings(tmp_path / "other", environ={}).host_name != first.host_name
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "new" / settings.SETTINGS_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [settings.SETTINGS_FILE]


def test_a_demo_stays_a_demo(tmp_path: Path) -> None:
    assert settings.load_settings(tmp_path, demo=True, environ={}).demo
    assert settings.load_settings(tmp_path, environ={}).demo


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / settings.SETTINGS_FILE
    path.write_text(NAME + "port = 9001\nidle_seconds = 60\n")
    assert settings.load_settings(tmp_path, environ={}).port == 9001
    environ = {"CLINIC_PORT": "9002", "CLINIC_IDLE_SECONDS": "", "CLINIC_IDLE_IN_SESSION_SECONDS": "90"}
    read = settings.load_settings(tmp_path, environ=environ)
    assert (read.port, read.idle_seconds, read.idle_in_session_seconds) == (9002, 60, 90)
    assert settings.load_settings(tmp_path, port=9003, environ=environ).port == 9003


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"host_name = ",
        NAME.encode() + b"#" * 100_000,
        NAME.encode() + b"port = " + b"9" * 5000,
        NAME.encode() + b"port = " + b"[" * 5000,
        b"\xff\xfe\x00",
        NAME.encode("utf-16-le"),
        (NAME + "# Möwe").encode("latin-1"),
        b"host_name = 3",
        b'host_name = "127.0.0.1"',
        b'host_name = "t-abcdefgh.localhost.evil.example"',
        NAME.encode() + b"port = 80",
        NAME.encode() + b'port = "8765"',
        NAME.encode() + b"port = true",
        NAME.encode() + b"idle_seconds = 0",
        NAME.encode() + b"idle_seconds = 100000",
        NAME.encode() + b'demo = "yes"',
        NAME.encode() + b"debug = true",
        NAME.encode() + b"port = 8765\nport = 8766",
        b"\0" * 300,
    ],
)
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / settings.SETTINGS_FILE
    path.write_bytes(content)
    with pytest.raises(DamagedFile) as caught:
        settings.load_settings(tmp_path, environ={})
    assert str(path) in caught.value.sentence
    assert "start again" in caught.value.sentence
    assert exit_code(caught.value) == 2
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_that_another_editor_saved_is_read(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / settings.SETTINGS_FILE
    path.write_bytes((NAME + "# Möwe\nport = 9001\n").replace("\n", end).encode(encoding))
    assert settings.load_settings(tmp_path, environ={}).port == 9001


def test_a_file_in_another_encoding_is_said_with_what_helps(tmp_path: Path) -> None:
    (tmp_path / settings.SETTINGS_FILE).write_bytes((NAME + "# Möwe").encode("latin-1"))
    with pytest.raises(
        DamagedFile, match=r"line 2: the text is not UTF-8\. .*save it with the encoding UTF-8"
    ):
        settings.load_settings(tmp_path, environ={})


@pytest.mark.parametrize("value", ["eighty", "-1", "80", "1e4", "99999", "８７６５", "9" * 5000])
def test_a_bad_number_in_the_environment_names_its_variable(tmp_path: Path, value: str) -> None:
    with pytest.raises(BadSetting, match="CLINIC_PORT") as caught:
        settings.load_settings(tmp_path, environ={"CLINIC_PORT": value})
    assert exit_code(caught.value) == 2


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="--data"):
        settings.load_settings(tmp_path / "file" / "data", environ={})
