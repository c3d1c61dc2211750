"""What a format of notes is: its sections in their order, and what the program puts where."""

from collections.abc import Iterable, Mapping

import msgspec


class FormatSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One section of a format.

    `key` is stored in notes, so it never changes; the heading may. `hint` says in a few words what belongs
    there. `takes` are the codes of the sources whose prefilled parts go to this section.
    """

    key: str
    heading: str
    hint: str = ""
    takes: tuple[str, ...] = ()


class NoteFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One format; `about` says in a sentence what it is used for."""

    id: str
    name: str
    about: str = ""
    sections: tuple[FormatSection, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its sections, in their order."""
        return tuple(section.key for section in self.sections)

    @property
    def headings(self) -> tuple[tuple[str, str], ...]:
        """Each key with its heading, in their order."""
        return tuple((section.key, section.heading) for section in self.sections)

    @property
    def section_by_source(self) -> Mapping[str, str]:
        """The section that a prefilled part of each source goes to."""
        return {source: section.key for section in self.sections for source in section.takes}


def list_problems(note_format: NoteFormat, sources: Iterable[str], optional: Iterable[str] = ()) -> list[str]:
    """What is wrong with a format, in sentences; empty if nothing is.

    Args:
        sources: every source that a prefilled part may have. Each goes to exactly one section.
        optional: those of them that a format may leave out.
    """
    problems = []
    if not note_format.sections:
        problems.append("it has no section")
    if len(set(note_format.keys)) < len(note_format.keys):
        problems.append("two sections have the same key")
    if not all(section.key and section.heading.strip() for section in note_format.sections):
        problems.append("a section has no key or no heading")
    taken = [source for section in note_format.sections for source in section.takes]
    expected = set(sources)
    problems += [f"no section takes “{source}”" for source in sorted(expected - set(taken) - set(optional))]
    problems += [f"“{source}” is no source" for source in sorted(set(taken) - expected)]
    problems += [f"two sections take “{source}”" for source in sorted(set(taken)) if taken.count(source) > 1]
    return problems
