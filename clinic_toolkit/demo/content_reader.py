"""Reads the content of the demo practice from its TOML files, and validates it as a whole."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from clinic_toolkit.demo import content_problems
from clinic_toolkit.demo.content import Client, Content, ContentModel, Couple, Practice
from clinic_toolkit.errors import DamagedFile

CONTENT_FOLDER = Path(__file__).parent


class ContentError(DamagedFile):
    """A file of the demo cannot be used. `problems` lists every reason, each with its place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "The demo cannot be made. Mend these places, or put back the files that came with the "
            f"program: {'; '.join(self.problems)}."
        )


P = TypeVar("P", bound=ContentModel)


def read_content(folder: Path = CONTENT_FOLDER) -> Content:
    """Read and validate every file of the demo.

    Raises:
        ContentError: a file is not valid; it lists every problem.
    """
    problems: list[str] = []
    practice = _read_file(folder / "practice.toml", Practice, problems)
    clients = {
        path.stem: _read_file(path, Client, problems) for path in sorted(folder.glob("clients/*.toml"))
    }
    couples = {
        path.stem: _read_file(path, Couple, problems) for path in sorted(folder.glob("couples/*.toml"))
    }
    if practice is None or problems:
        raise ContentError(problems)
    content = Content(
        practice=practice,
        clients={name: client for name, client in clients.items() if client is not None},
        couples={name: couple for name, couple in couples.items() if couple is not None},
    )
    problems = list(content_problems.iter_cross_file_problems(content))
    if problems:
        raise ContentError(problems)
    return content


def _read_file(path: Path, kind: type[P], problems: list[str]) -> P | None:
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        if isinstance(error, ValidationError):
            problems += (
                f"{path.name}, {_format_path(detail['loc'])}: {detail['msg']}" for detail in error.errors()
            )
        else:
            problems.append(f"{path.name}: cannot be read ({error})")
        return None


def _format_path(parts: Iterable[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")
