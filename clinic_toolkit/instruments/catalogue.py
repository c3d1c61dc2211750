"""The catalogue of questionnaires and of the kinds of relationship they can be about.

It is loaded on first use, because `loader` imports pydantic, which would slow down the start of the program.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

import msgspec

from clinic_toolkit.definition_cache import load_or_build
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.closed_sets import InstrumentKind, Side
from clinic_toolkit.instruments.model import Frame, Instrument

DEFINITIONS_FOLDER = Path(__file__).with_name("definitions")
_FRAMES_FILE = "frames.toml"
_SIDES = tuple(Side)
_loading_lock = Lock()
_own_by_digest: dict[str, Instrument] = {}


class UnknownInstrument(ClinicError):
    """No known questionnaire has this id, version or digest."""

    def __init__(self) -> None:
        super().__init__("This version of the questionnaire is not on this computer.")


class UnknownFrame(ClinicError):
    """No kind of relationship has this id."""

    def __init__(self) -> None:
        super().__init__("This kind of relationship is not known here.")


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of every questionnaire, oldest first, and the kinds of relationship."""

    editions: tuple[Instrument, ...]
    frames: tuple[Frame, ...]


def list_instruments() -> tuple[Instrument, ...]:
    """The newest version of every long questionnaire: giving, receiving, boundaries, flows."""
    return tuple(instrument for instrument in list_newest() if instrument.kind != InstrumentKind.CHECK_IN)


def load_check_in() -> Instrument:
    """The newest version of the check-in, without a watched question."""
    return next(instrument for instrument in list_newest() if instrument.kind == InstrumentKind.CHECK_IN)


def list_newest() -> tuple[Instrument, ...]:
    """The newest version of every questionnaire, the check-in last."""
    newest: dict[str, Instrument] = {}
    for edition in _catalogue().editions:
        newest[edition.id] = edition
    return tuple(sorted(newest.values(), key=lambda one: (_SIDES.index(one.side), one.id)))


def list_editions() -> tuple[Instrument, ...]:
    """Every version that comes with the program, in the order of `list_newest`, newest first."""
    order = {instrument.id: index for index, instrument in enumerate(list_newest())}
    newest_first = tuple(reversed(_catalogue().editions))
    return tuple(sorted(newest_first, key=lambda one: order[one.id]))


def load_instrument(instrument_id: str, version: str | None = None, digest: str | None = None) -> Instrument:
    """Find a questionnaire: the newest, or exactly the version and digest that an administration names."""
    for edition in reversed(_catalogue().editions):
        if (
            edition.id == instrument_id
            and version in (None, edition.version)
            and digest in (None, edition.digest)
        ):
            return edition
    own = _own_by_digest.get(digest or "")
    if own is None or own.id != instrument_id or version not in (None, own.version):
        raise UnknownInstrument
    return own


def register_own(instrument: Instrument) -> None:
    """Make a practice's own questionnaire findable by its digest.

    It is registered for the whole process, because a digest always means the same definition. Which of them
    are offered is decided by the record of the practice.
    """
    _own_by_digest[instrument.digest] = instrument


def is_own(instrument_id: str) -> bool:
    """Whether this is the id of a practice's own questionnaire: none that comes with the program has it."""
    return all(instrument_id != edition.id for edition in _catalogue().editions)


def is_known_digest(digest: str) -> bool:
    """Whether a questionnaire of this digest comes with the program or was registered."""
    return digest in _own_by_digest or any(edition.digest == digest for edition in _catalogue().editions)


def conflicts_with_catalogue(instrument: Instrument) -> list[str]:
    """The conflicts of a practice's own questionnaire with those that come with the program."""
    from clinic_toolkit.instruments import definition_problems

    id_problems = (
        [] if is_own(instrument.id) else [f"id: “{instrument.id}” comes with the program; choose another"]
    )
    reference_problems = definition_problems.cross_reference_problems(
        (*list_newest(), instrument), list_frames()
    )
    return [*id_problems, *(problem.removeprefix(f"{instrument.id}, ") for problem in reference_problems)]


def list_frames() -> tuple[Frame, ...]:
    """All kinds of relationship, in the order of the file."""
    return _catalogue().frames


def load_frame(frame_id: str) -> Frame:
    """The kind of relationship with this id; raises `UnknownFrame`."""
    for frame in _catalogue().frames:
        if frame.id == frame_id:
            return frame
    raise UnknownFrame


def is_offered(instrument: Instrument, frame: Frame) -> bool:
    """Whether this questionnaire may be asked about this kind of relationship."""
    return frame.takes_questionnaires and instrument.id not in frame.not_offered


def read_catalogue(folder: Path) -> Catalogue:
    """Read every definition in a folder, older versions first, and check them against each other."""
    from clinic_toolkit.instruments import definition_problems, loader

    problems: list[str] = []
    editions: list[Instrument] = []
    frames: tuple[Frame, ...] = ()
    for path in sorted(folder.glob("*.toml")):
        try:
            if path.name == _FRAMES_FILE:
                frames = loader.read_frames_file(path)
            else:
                editions.append(loader.read_instrument_file(path))
        except loader.DefinitionError as error:
            problems += [f"{error.file}, {problem}" for problem in error.problems]
    problems = problems or [
        *definition_problems.cross_reference_problems(editions, frames),
        *_duplicate_problems(editions),
    ]
    if problems:
        raise loader.DefinitionError(f"folder {folder.name}", problems)
    return Catalogue(editions=tuple(sorted(editions, key=_edition_sort_key)), frames=frames)


def _catalogue() -> Catalogue:
    with _loading_lock:
        return _load_catalogue_once()


@cache
def _load_catalogue_once() -> Catalogue:
    package_folder = Path(__file__).parent
    packed = load_or_build(
        DEFINITIONS_FOLDER,
        "*.toml",
        checker_folder=package_folder,
        build=lambda: msgspec.msgpack.encode(read_catalogue(DEFINITIONS_FOLDER)),
    )
    return msgspec.msgpack.decode(packed, type=Catalogue)


def version_sort_key(version: str) -> tuple[tuple[int, str], ...]:
    """The sort key of a version, with numbers compared as numbers: 10 is newer than 9."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in version.split("."))


def _edition_sort_key(instrument: Instrument) -> tuple[str, tuple[tuple[int, str], ...]]:
    return instrument.id, version_sort_key(instrument.version)


def _duplicate_problems(editions: Sequence[Instrument]) -> list[str]:
    names = [f"{edition.id} version {edition.version}" for edition in editions]
    return [
        f"{name}: there are two with this name and version"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
