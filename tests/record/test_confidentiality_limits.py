"""The limits of confidentiality in the record of a practice, and on the way into a client's hands."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic_toolkit.instruments import catalogue, confidentiality_limits
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.record.handovers import client_side, clinician_side
from clinic_toolkit.record.handovers.client_side import HandoverTicket
from clinic_toolkit.record.people import practice
from clinic_toolkit.record.people.practice_record import PRACTICE, PracticeEvent, PracticeState
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW, SETTINGS, Work

FLAGGED = [one for one in catalogue.list_instruments() if confidentiality_limits.requires_notice(one)]
CALM = [one for one in catalogue.list_instruments() if not confidentiality_limits.requires_notice(one)]


class Older(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The settings as they were kept before there was such a field."""

    country: str
    record_role: str
    practice_name: str
    crisis_text: str
    is_demo: bool = False


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A practice whose clinician is at work."""
    return practices.at_work(tmp_path)


def as_an_older_version_kept_it(work: Work) -> None:
    """Write the settings without the field, as a store of an earlier version has them."""
    named = {name: getattr(SETTINGS, name) for name in Older.__struct_fields__}
    with writing(work.engine) as db:
        seen = practice.load_practice_settings(db, work.vault)
        older: Any = Older(**named)  # not what the table takes now
        records.append_version(
            db,
            work.vault,
            PRACTICE,
            seen,
            older,
            state=PracticeState.ACTIVE,
            event=PracticeEvent.SAVED,
            now=NOW,
        )


def ticket_of(work: Work, instrument: Instrument) -> HandoverTicket:
    form = work.begun(work.client(), instrument)
    with writing(work.engine) as db:
        _, ticket = clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
    return client_side.decode_ticket(ticket.encode())


def test_settings_of_an_older_version_open_and_have_nothing_confirmed(work: Work) -> None:
    as_an_older_version_kept_it(work)
    with reading(work.engine) as db:
        kept = practice.load_practice_settings(db, work.vault).payload
    assert (kept.crisis_text, kept.limits_text) == (SETTINGS.crisis_text, "")
    said = practice.confidentiality_limits_before(kept, FLAGGED[0])
    assert (
        said
        and not said.is_confirmed
        and said.text == confidentiality_limits.draft_for(SETTINGS.country).text
    )


def test_the_words_of_the_practice_travel_with_a_form_that_needs_them_and_with_no_other(work: Work) -> None:
    assert FLAGGED and CALM
    for one in FLAGGED:
        assert ticket_of(work, one).confidentiality_text == SETTINGS.limits_text
    for one in CALM:
        assert ticket_of(work, one).confidentiality_text == ""


def test_without_words_of_its_own_the_draft_travels(work: Work) -> None:
    as_an_older_version_kept_it(work)
    assert ticket_of(work, FLAGGED[0]).confidentiality_text == confidentiality_limits.draft_for("IE").text
