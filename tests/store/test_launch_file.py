import os
import sys
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import launch_file

ADDRESS = "http://t-abcdefgh.localhost:8765/"
HOST = "t-abcdefgh.localhost:8765"


def token_of(way: launch_file.LaunchFile) -> str:
    return parse_qs(urlsplit(way.address).query)["key"][0]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are kept otherwise there")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = launch_file.create_launch_file(tmp_path, ADDRESS).file
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_neither_its_name_nor_its_place_tells_the_token_or_the_host(tmp_path: Path) -> None:
    way = launch_file.create_launch_file(tmp_path, ADDRESS)
    assert token_of(way) not in str(way.file)
    assert "localhost" not in str(way.file)
    assert way.file.read_text(encoding="utf-8").count(way.address) == 2
    assert "<script" not in way.file.read_text(encoding="utf-8")


def test_a_token_is_taken_once(tmp_path: Path) -> None:
    one, other = (
        launch_file.create_launch_file(tmp_path, ADDRESS),
        launch_file.create_launch_file(tmp_path, ADDRESS),
    )
    assert launch_file.redeem_token(tmp_path, HOST, token_of(one))
    assert not launch_file.redeem_token(tmp_path, HOST, token_of(one))
    assert launch_file.redeem_token(tmp_path, HOST, token_of(other))


def test_of_many_who_come_at_once_one_is_let_in(tmp_path: Path) -> None:
    token, let_in = token_of(launch_file.create_launch_file(tmp_path, ADDRESS)), []
    several = [
        Thread(target=lambda: let_in.append(launch_file.redeem_token(tmp_path, HOST, token)))
        for _ in range(8)
    ]
    for each in several:
        each.start()
    for each in several:
        each.join()
    assert sorted(let_in) == [False] * 7 + [True]


def test_a_token_is_for_one_address(tmp_path: Path) -> None:
    token = token_of(launch_file.create_launch_file(tmp_path, ADDRESS))
    assert not launch_file.redeem_token(tmp_path, "t-hgfedcba.localhost:8765", token)
    assert launch_file.redeem_token(tmp_path, HOST, token)


@pytest.mark.parametrize("token", ["", "x", "a" * 101, "../../clinic", "\0"])
def test_nothing_else_is_a_token(tmp_path: Path, token: str) -> None:
    launch_file.create_launch_file(tmp_path, ADDRESS)
    assert not launch_file.redeem_token(tmp_path, HOST, token)


def test_what_was_not_used_is_cleared_away(tmp_path: Path) -> None:
    way = launch_file.create_launch_file(tmp_path, ADDRESS)
    launch_file.remove_launch_files(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not launch_file.redeem_token(tmp_path, HOST, token_of(way))
    launch_file.remove_launch_files(tmp_path)


def test_on_a_full_disk_there_is_still_a_way_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> object:
        raise OSError(28, "no space")

    monkeypatch.setattr(launch_file, "open", full, raising=False)
    way = launch_file.create_launch_file(tmp_path, ADDRESS)
    assert not way.is_complete
    assert launch_file.redeem_token(tmp_path, HOST, token_of(way))
    monkeypatch.setattr(os, "open", full)
    with pytest.raises(ClinicError):
        launch_file.create_launch_file(tmp_path, ADDRESS)


@pytest.mark.skipif(sys.platform != "linux", reason="only there are programs confined so")
def test_a_confined_browser_can_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    hidden, shown = tmp_path / ".local" / "share" / "clinic", tmp_path / "clinic"
    assert launch_file.create_launch_file(hidden, ADDRESS).file.parent == hidden / "open"
    (tmp_path / "snap").mkdir()
    way = launch_file.create_launch_file(hidden, ADDRESS)
    assert not any(part.startswith(".") for part in way.file.relative_to(tmp_path).parts)
    assert way.file.parent.stat().st_mode & 0o777 == 0o700
    assert launch_file.redeem_token(hidden, HOST, token_of(way))
    launch_file.remove_launch_files(hidden)
    assert not way.file.parent.exists()
    assert launch_file.create_launch_file(shown, ADDRESS).file.parent == shown / "open"
