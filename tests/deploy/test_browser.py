"""A browser is found by name, by place, or on Debian as root by installing it."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .lists import DEPLOY


@pytest.fixture
def browser() -> ModuleType:
    """deploy/browser.py."""
    spec = importlib.util.spec_from_file_location("browser", DEPLOY / "browser.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def program(folder: Path, name: str, code: int = 0) -> Path:
    """A program that only ends, with this code."""
    made = folder / name
    made.write_text(f"#!/bin/sh\nexit {code}\n")
    made.chmod(0o755)
    return made


def test_a_named_browser_is_left_alone(browser: ModuleType) -> None:
    named = {"CLINIC_BROWSER": "mine", "CLINIC_FIREFOX": "mine too", "CLINIC_HEADLESS": "mine", "PATH": ""}
    variables = dict(named)
    browser.offer(variables)
    assert variables == named


@pytest.mark.skipif(sys.platform == "win32", reason="programs are found by their ending there")
def test_one_on_the_path_is_found_and_a_stub_is_passed_over(
    browser: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "google-chrome", code=1)
    variables = {"PATH": str(tmp_path)}
    monkeypatch.setattr(browser, "may_install", lambda: False)
    assert browser.find(variables) is None
    names = ("chromium", "firefox", "chromium-headless-shell")
    there, fox, bare = (str(program(tmp_path, name)) for name in names)
    browser.offer(variables)
    assert variables["CLINIC_BROWSER"] == there and variables["CLINIC_FIREFOX"] == fox
    assert variables["CLINIC_HEADLESS"] == bare


def test_nothing_is_installed_for_a_plain_user(browser: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert not browser.may_install()


def test_it_is_installed_where_it_may_be_and_then_looked_for_again(
    browser: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[str] = []
    monkeypatch.setattr(browser, "find", lambda _: "chromium" if "chromium" in there else None)
    monkeypatch.setattr(browser, "find_firefox", lambda _: "fox" if "firefox-esr" in there else None)
    monkeypatch.setattr(browser, "find_headless", lambda _: None)
    monkeypatch.setattr(browser, "may_install", lambda: True)
    monkeypatch.setattr(browser, "install", there.append)
    variables: dict[str, str] = {}
    browser.offer(variables)
    assert variables == {"CLINIC_BROWSER": "chromium", "CLINIC_FIREFOX": "fox"}
    assert there == ["chromium", "firefox-esr", "chromium-headless-shell"]


def test_without_any_the_tests_are_told_nothing(browser: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find", lambda _: None)
    monkeypatch.setattr(browser, "find_firefox", lambda _: None)
    monkeypatch.setattr(browser, "find_headless", lambda _: None)
    monkeypatch.setattr(browser, "may_install", lambda: False)
    variables: dict[str, str] = {}
    browser.offer(variables)
    assert variables == {}
