"""What an administration says: the clinician's result, the page to look at together, the client page.

Reads answers through the scoring and wording rules of `psychometrics` and hands on frozen values.
"""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics import offers, patterns, prompts, wording
from clinic_toolkit.psychometrics.bands import band_line, band_of
from clinic_toolkit.psychometrics.scoring import InstrumentScore, number, score
from clinic_toolkit.record import (
    administrations,
    answers,
    cases,
    clients,
    corrections,
    fear,
    relationships,
    spoken,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.hurt import Unreadable
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.practice import Practice, letterhead
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import (
    AnsweredItem,
    Beside,
    ClientPage,
    FacetResult,
    Result,
    Together,
    WorksheetOffer,
)
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets import catalogue as sheets
from clinic_toolkit.worksheets.model import Worksheet

IN_GENERAL = "people in general"
# Paper is found by others: its heading names neither a topic nor a person.
TAKEN_ALONG = "What I take with me"


def answered_items(body: Administration) -> tuple[AnsweredItem, ...]:
    """Every item as it was asked and answered, in order. A label stands only where one was chosen."""
    instrument = administrations.instrument_of(body)
    labels = wording.labels_of(instrument)
    return tuple(
        AnsweredItem(
            number=number,
            item_id=item.id,
            text=administrations.wording(body, item),
            role=item.role,
            status=response.status,
            value=response.value,
            label=None if response.value is None else labels[response.value],
            talk=response.talk,
            said=response.said,
        )
        for number, (item, response) in enumerate(
            zip(instrument.items, answers.responses(body.answers), strict=True), start=1
        )
    )


def scored(items: tuple[AnsweredItem, ...], instrument: Instrument) -> InstrumentScore:
    """The numbers behind a form, by the missing rule."""
    return score(instrument, {item.item_id: item.value for item in items})


def about(db: Connection, vault: Vault, body: Administration) -> str:
    """The client's word for the relationship as it is now, or "people in general"."""
    if body.relationship_id is None:
        return IN_GENERAL
    try:
        into = relationships.joined(db, vault)
        return relationships.get(db, vault, into.get(body.relationship_id, body.relationship_id)).body.word
    except Unreadable:
        return body.word


def heading(instrument: Instrument, client: str, about: str, *, general: bool) -> str:
    """What a result is called: "How Ana gives to M.", or "How I give: Ana" where it is about no one person.

    The heading of a definition is written for one person: "people in general" does not fit into it.
    """
    if general:
        return f"{instrument.title}: {client}"
    names = {"client": client, "about": about}
    return re.sub(r"\{(client|about)\}", lambda found: names[found[1]], instrument.result_heading)


def result_of(
    db: Connection, vault: Vault, kept: Kept[Administration], *, now: datetime | None = None
) -> Result:
    """The clinician's page, by the counts, the missing rule and the words of `psychometrics`.

    Args:
        now: without it, nothing is looked up about fear: no sheet is offered that needs it to have been asked
            about, and whether the client page stays in the room is not told.
    """
    body = kept.body
    instrument = administrations.instrument_of(body)
    items = answered_items(body)
    numbers = scored(items, instrument)
    names = {facet.id: facet.name for facet in instrument.facets}
    strengths = [item for item in items if item.role == "strength" and item.label is not None]
    well = set(wording.going_well(instrument, numbers))
    name, person = clients.get(db, vault, body.client_id).body.name, about(db, vault, body)
    values = {item.item_id: item.value for item in items}
    beside = _beside(instrument, items)
    known = fear.known(db, vault, body.client_id) if now else None
    offered = _offered(body, known, now)
    scored_at_all = instrument.missing is not None
    # One answer a week is little to hand a sheet to somebody for.
    chosen = offers.offers(instrument, values, offered) if scored_at_all else ()
    return Result(
        instrument=instrument,
        heading=heading(instrument, name, person, general=body.relationship_id is None),
        client_name=name,
        about=person,
        frame_label=administrations.frame_of(body).label,
        mode=administrations.way_of(body),
        status=kept.state,
        administered_on=body.on,
        answered=numbers.answered,
        asked=numbers.asked,
        strengths=tuple(item for item in strengths if item.item_id in well),
        also_asked=tuple(item for item in strengths if item.item_id not in well),
        facets=tuple(
            FacetResult(
                name=names[facet.facet],
                sentence=wording.part_sentence(instrument, facet),
                answered=facet.answered,
                asked=facet.asked,
                shown=None if facet.score is None else number(instrument.score, facet.score),
                values=() if facet.is_group else facet.said,
                turned=() if facet.is_group else tuple(i for i in items if i.item_id in facet.turned),
                band=band_line(band_of(instrument, facet.score, facet.facet)),
                deep=facet.deep,
                beside=beside.get(facet.facet, ()),
            )
            for facet in numbers.facets
            if scored_at_all
        ),
        total_shown=None if numbers.total is None else number(instrument.score, numbers.total),
        total_band=band_line(band_of(instrument, numbers.total)),
        total_answered=numbers.total_answered,
        total_asked=numbers.total_asked,
        to_talk_about=tuple(item for item in items if item.talk),
        said=tuple(item for item in items if item.said),
        notes=patterns.pattern_notes(
            instrument,
            items,
            seconds=answers.seconds_each(body.answers),
            self_entered=body.mode == administrations.ALONE,
        )
        if scored_at_all
        else (),
        safety_prompts=prompts.safety_prompts(instrument, items, finished=kept.state == "completed"),
        offers=tuple(WorksheetOffer(worksheet=offer.worksheet, because=offer.because) for offer in chosen),
        items=items,
        room_only=known is not None and known.room_only(body.relationship_id),
        held_back=scored_at_all and chosen != offers.offers(instrument, values, sheets.worksheets()),
        asked_last=administrations.open_line_of(body),
        open_line=body.open_line,
    )


def _beside(instrument: Instrument, items: tuple[AnsweredItem, ...]) -> dict[str, tuple[Beside, ...]]:
    """By facet, the answers that have a line beside them."""
    lines = {each.item_id: each.line for each in prompts.softer_lines(instrument, items)}
    found: dict[str, tuple[Beside, ...]] = {}
    for item, answer in zip(instrument.items, items, strict=True):
        if line := lines.get(item.id):
            found[item.facet] = (*found.get(item.facet, ()), Beside(item=answer, line=line))
    return found


def _offered(body: Administration, known: fear.Known | None, now: datetime | None) -> list[Worksheet]:
    """The sheets that may be offered about the person this questionnaire is about."""
    if known is None or now is None:
        return [sheet for sheet in sheets.worksheets() if not sheet.needs_fear_asked]
    about, today = body.relationship_id, now.astimezone().date()
    return [sheet for sheet in sheets.worksheets() if known.may_offer(sheet, about, today=today)]


def together_of(db: Connection, vault: Vault, kept: Kept[Administration]) -> Together:
    """The page to look at together: strengths, what was marked, at most three plain sentences.

    A check-in is told whole: every answer that was given, strengths first.
    A marked question about fear is counted and not named: this page is shown in large type.
    """
    instrument = administrations.instrument_of(kept.body)
    items = answered_items(kept.body)
    by_id = {item.item_id: item for item in items}
    numbers = scored(items, instrument)
    marked = [item for item in items if item.talk]
    afraid = {item.id for item in instrument.items if item.safety_flag == "fear"}
    named = tuple(item for item in marked if item.item_id not in afraid)
    well = wording.going_well(instrument, numbers)
    whole = instrument.kind == "check-in"
    also = [item for item in items if whole and item.label is not None and item.item_id not in well]
    right = kept.body.put_right
    return Together(
        instrument=instrument,
        about=about(db, vault, kept.body),
        strengths=corrections.told((_line(by_id[id]) for id in well), right),
        also=corrections.told(map(_line, also), right),
        to_talk_about=named,
        unnamed=len(marked) - len(named),
        stood_out=corrections.told(wording.stood_out(instrument, numbers), right),
        spoken=spoken.may_leave(kept.body),
        asked_last=administrations.open_line_of(kept.body),
        open_line=kept.body.open_line,
    )


def client_page_of(settings: Practice, kept: Kept[Administration], *, stood_out: bool = False) -> ClientPage:
    """The page to take along: no number, nothing of what was left out, no name, no topic in its heading.

    What the client put right stands in place of the line that it corrects.
    What stood out names topics, and paper is found by others: it is there only if it was asked for.
    """
    instrument = administrations.instrument_of(kept.body)
    items = answered_items(kept.body)
    by_id = {item.item_id: item for item in items}
    numbers = scored(items, instrument)
    well = [_line(by_id[id]) for id in wording.going_well(instrument, numbers, leaves_the_room=True)]
    out = wording.stood_out(instrument, numbers, leaves_the_room=True) if stood_out else ()
    right = kept.body.put_right
    return ClientPage(
        letterhead=letterhead(settings),
        title=TAKEN_ALONG,
        on=kept.body.on,
        strengths=tuple(line.words for line in corrections.told(well, right)),
        stood_out=tuple(line.words for line in corrections.told(out, right)),
        own_words=(
            *(line.words for line in spoken.taken(kept.body)),
            *(
                line
                for text in (kept.body.open_line, kept.body.own_words)
                for line in text.splitlines()
                if line.strip()
            ),
        ),
        next_step=kept.body.next_step,
    )


def _line(item: AnsweredItem) -> str:
    return wording.strength_line(item.label or "", item.text)


def fits_ill(instrument: Instrument, frame: str) -> tuple[int, ...]:
    """The numbers of the questions that often do not fit this kind of relationship; they are asked too."""
    return tuple(
        number for number, item in enumerate(instrument.items, start=1) if frame in item.frames_not_fitting
    )


def of_hour(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> list[Kept[Administration]]:
    """The questionnaires given in an hour with one client; never those of a couple's partners."""
    return administrations.of_session(db, vault, alone(db, vault, hour), hour.id)


def alone(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> tuple[UUID, ...]:
    """The client of an hour with one person; nobody for a couple, whose answers are never joined."""
    case = cases.get(db, vault, hour.body.case_id).body
    return () if case.is_couple else case.client_ids
