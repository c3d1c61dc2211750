"""What is still to be asked: one prompt for each client, person and flag, however many forms raised it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.psychometrics.prompts import what_to_ask
from clinic_toolkit.record import administrations, open_prompts
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.askings import Matter, matter_of
from clinic_toolkit.record.days import written
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.open_prompts import Asked, Prompt
from clinic_toolkit.record.risk_entries import Raised, RiskEntry
from clinic_toolkit.vault.vault import Vault


class Part(Struct, frozen=True, kw_only=True):
    """One question that raised it, and the questionnaire in which it stands."""

    administration: Kept[Administration]
    prompt: Prompt


class ToAsk(Struct, frozen=True, kw_only=True):
    """One open prompt: one flag about one person, with what raised it, the oldest first."""

    flag: str
    parts: tuple[Part, ...]

    @property
    def administration(self) -> Kept[Administration]:
        """The oldest questionnaire that raised it."""
        return self.parts[0].administration

    @property
    def questionnaires(self) -> tuple[Kept[Administration], ...]:
        """Every questionnaire that raised it, the oldest first."""
        return tuple({part.administration.id: part.administration for part in self.parts}.values())

    @property
    def raised(self) -> tuple[Raised, ...]:
        """Every answer that raised it; one entry closes them all."""
        return tuple(answer for part in self.parts for answer in part.prompt.raised)

    @property
    def put_off(self) -> tuple[Kept[RiskEntry], ...]:
        """The entries that put it off, or a part of it."""
        found = [part.prompt.put_off for part in self.parts]
        return tuple({entry.id: entry for entry in found if entry}.values())

    @property
    def waits(self) -> bool:
        """Whether all of it was put off."""
        return all(part.prompt.put_off for part in self.parts)

    def sentence(self, here: UUID) -> str:
        """What was seen and what to ask; where that was another questionnaire than `here`, it is named."""
        saw = [
            part.prompt.saw if part.administration.id == here else f"{whence(part)}: {part.prompt.saw}"
            for part in self.parts
        ]
        return " ".join([*saw, what_to_ask(self.flag)])


def whence(part: Part) -> str:
    """From which questionnaire, of which day."""
    return f"“{administrations.title_of(part.administration.body)}”, {written(part.administration.body.on)}"


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[ToAsk]:
    """What is still to be asked of one client, the oldest first."""
    return together(open_prompts.of_client(db, vault, client_id))


def everywhere(db: Connection, vault: Vault) -> list[ToAsk]:
    """What is still to be asked of anyone, the oldest first."""
    return together(open_prompts.everywhere(db, vault))


def after(db: Connection, vault: Vault, kept: Kept[Administration]) -> list[ToAsk]:
    """What is open after this questionnaire, with what others raised of the same about the same person."""
    found = of_client(db, vault, kept.body.client_id)
    return [each for each in found if kept.id in {one.id for one in each.questionnaires}]


def together(asked: Iterable[Asked]) -> list[ToAsk]:
    """Put together what is open about one person and one flag; what comes first, stays first."""
    found: dict[Matter, list[Part]] = {}
    for each in asked:
        for prompt in each.open:
            matter = matter_of(each.administration.body, prompt.flag)
            part = Part(administration=each.administration, prompt=prompt)
            found.setdefault(matter, []).append(part)
    return [ToAsk(flag=flag, parts=tuple(parts)) for (_, flag), parts in found.items()]


def put_off_until(asked: Iterable[ToAsk]) -> Kept[RiskEntry] | None:
    """The entry that put all of it off, the one with the nearest check; None if any of it was not put off."""
    asked = list(asked)
    if not asked or not all(each.waits for each in asked):
        return None
    entries = [entry for each in asked for entry in each.put_off]
    return min(entries, key=lambda entry: entry.body.next_check or date.max)
