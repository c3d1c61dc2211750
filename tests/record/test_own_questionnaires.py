"""Own questionnaires in the record: pinned bytes, versions, and what happens when a definition is hurt."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from clinic_toolkit import plain_text
from clinic_toolkit.instruments import catalogue, client_copy, loader
from clinic_toolkit.instruments.catalogue import UnknownInstrument
from clinic_toolkit.instruments.loader import DefinitionError
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.questionnaires import administrations, own_questionnaires
from clinic_toolkit.record.questionnaires.administrations import DefinitionUnreadable
from clinic_toolkit.record.writing import note_prefill
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work
from tests.journeys.own import TEXT, changed, later


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return practices.at_work(tmp_path)


def take_in(work: Work, definition: str = TEXT) -> Instrument:
    with writing(work.engine) as db:
        form = loader.parse_instrument(definition.encode(), "own.toml", own=True)
        kept = own_questionnaires.add_questionnaire(
            db, work.vault, form, definition.encode(), "own.toml", now=NOW
        )
        assert kept.final and kept.ring == work.vault.practice_ring
        return own_questionnaires.instrument_of_version(kept)


def forget() -> None:
    """As a new process begins."""
    catalogue._own_by_digest.clear()


def test_a_new_process_finds_what_was_given_by_its_bytes(work: Work) -> None:
    own = take_in(work)
    client = work.client()
    given = work.answer(work.begun(client, own), [3, 2, 1, 1, 0, 3, 2])
    assert given.payload.definition_digest == hashlib.sha256(TEXT.encode()).hexdigest()
    take_in(work, later())
    forget()
    with pytest.raises(DefinitionUnreadable):
        administrations.instrument_of(given.payload)
    with reading(work.engine) as db:
        found = administrations.load_administration(db, work.vault, given.id)
        assert administrations.instrument_of(found.payload) == own
        assert results.build_result(db, work.vault, found).display_total == 14
        forget()
        [listed] = administrations.list_administrations(db, work.vault, client.id)
        assert administrations.title_of(listed.payload) == "How I rest"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_file_of_another_editor_is_the_same_text(work: Work, encoding: str) -> None:
    theirs = TEXT.replace("\n", "\r\n").encode(encoding)
    form = loader.parse_instrument(theirs, "own.toml", own=True)
    with writing(work.engine) as db:
        kept = own_questionnaires.add_questionnaire(db, work.vault, form, theirs, "own.toml", now=NOW)
    assert kept.payload.definition == TEXT.encode()
    assert kept.payload.definition_digest == hashlib.sha256(TEXT.encode()).hexdigest()
    with pytest.raises(DefinitionError, match="this file was added already"):
        take_in(work)


def test_what_was_kept_with_its_line_ends_is_found_as_it_was_pinned(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = TEXT.replace("\n", "\r\n").encode()
    pinned = hashlib.sha256(theirs).hexdigest()
    form = replace(loader.parse_instrument(theirs, "own.toml", own=True), digest=pinned)
    with monkeypatch.context() as before, writing(work.engine) as db:
        before.setattr(plain_text, "normalize_text_bytes", lambda data: data)
        kept = own_questionnaires.add_questionnaire(db, work.vault, form, theirs, "own.toml", now=NOW)
    forget()
    assert own_questionnaires.instrument_of_version(kept) == form


def test_the_newest_is_offered_and_after_it_was_put_away_none(work: Work) -> None:
    take_in(work)
    second = take_in(work, later("1.10"))
    with pytest.raises(DefinitionError, match=r"must be higher than “1\.10”"):
        take_in(work, later("1.9"))
    with writing(work.engine) as db:
        mine = [one for one in own_questionnaires.list_offered_instruments(db, work.vault) if one.own]
        assert mine == [second] == [own_questionnaires.load_instrument(db, work.vault, "resting")]
        [newest] = own_questionnaires.list_newest_versions(db, work.vault)
        away = own_questionnaires.retire_questionnaire(db, work.vault, newest, now=NOW)
        assert own_questionnaires.retire_questionnaire(db, work.vault, away, now=NOW) is away
        assert not [one for one in own_questionnaires.list_offered_instruments(db, work.vault) if one.own]
        assert own_questionnaires.load_instrument(db, work.vault, "resting") == second
        back = own_questionnaires.reoffer_questionnaire(db, work.vault, away, now=NOW)
        assert own_questionnaires.reoffer_questionnaire(db, work.vault, back, now=NOW) is back
        with pytest.raises(UnknownInstrument):
            own_questionnaires.load_instrument(db, work.vault, "resting-too")


def test_nothing_is_kept_of_what_is_refused(work: Work) -> None:
    for bad in (changed(("weight = 2", "weight = 0")), changed(('id = "resting"', 'id = "giving"'))):
        with pytest.raises(DefinitionError):
            take_in(work, bad)
    with reading(work.engine) as db:
        assert own_questionnaires.list_questionnaire_versions(db, work.vault) == []


def test_there_is_an_end_to_how_many(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(work)
    monkeypatch.setattr(own_questionnaires, "MAX_VERSIONS", 1)
    with pytest.raises(DefinitionError, match="no more can be added"):
        take_in(work, changed(('id = "resting"', 'id = "resting-too"')))


def test_a_hurt_definition_is_named_and_is_in_nobodys_way(work: Work) -> None:
    own = take_in(work)
    client = work.client()
    session = work.session(client)
    given = work.answer(work.begun(client, own, session=session.id), [3] * 7)
    other = work.begun(client, practices.giving(), session=session.id, word="B.")
    with writing(work.engine) as db:
        db.execute(text("DROP TRIGGER no_update_own_questionnaire"))
        db.execute(text("UPDATE own_questionnaire SET sealed = zeroblob(length(sealed))"))
    forget()
    work.vault.record_cache.clear()
    with reading(work.engine) as db:
        listed = administrations.list_administrations(db, work.vault, client.id)
        titles = {administrations.title_of(kept.payload) for kept in listed}
        assert titles == {"How I give", "A questionnaire whose questions cannot be read"}
        assert [each.noun for each in work.vault.integrity_failures.values()] == [
            "a questionnaire of your own"
        ]
        kept = administrations.load_administration(db, work.vault, given.id)
        with pytest.raises(DefinitionUnreadable, match="The answers are still there"):
            results.build_result(db, work.vault, kept)
        kept = administrations.load_administration(db, work.vault, other.id)
        assert results.build_result(db, work.vault, kept).instrument.title == "How I give"
        note_prefill.list_prefilled_parts(
            db, work.vault, therapy_sessions.load_therapy_session(db, work.vault, session.id)
        )
        assert own_questionnaires.list_offered_instruments(db, work.vault) == catalogue.list_instruments()


def test_what_this_version_cannot_read_is_lost_by_itself_alone(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = take_in(work)
    client = work.client()
    work.begun(client, own)
    forget()

    def stricter(*_: object, **__: object) -> None:
        raise DefinitionError("own.toml", ["items: must have at most 3 entries"])

    monkeypatch.setattr(loader, "parse_instrument", stricter)
    with reading(work.engine) as db:
        [kept] = administrations.list_administrations(db, work.vault, client.id)
        assert "cannot be read" in administrations.title_of(kept.payload)
        assert own_questionnaires.list_offered_instruments(db, work.vault) == catalogue.list_instruments()


def test_only_what_the_client_reads_travels() -> None:
    own = loader.parse_instrument(TEXT.encode(), "own.toml", own=True)
    for general in (False, True):
        there = client_copy.decode_client_copy(client_copy.encode_client_copy(own, general=general))
        wanted = [item.text_general if general else item.text for item in own.items]
        assert [item.text for item in there.items] == wanted
        assert (there.title, there.recall, there.options) == (own.title, own.recall, own.options)
        assert [item.define for item in there.items] == [item.define for item in own.items]
        said = repr(there)
        for hidden in (
            "Hard to rest",
            "afraid of people",
            "Resting the body",
            "burden",
            "fear",
            "Begins with",
        ):
            assert hidden not in said or hidden == "afraid of people", hidden
        assert not there.clinician_notes and not there.bands


def test_what_is_too_long_to_travel_is_said_before(work: Work) -> None:
    own = loader.parse_instrument(TEXT.encode(), "own.toml", own=True)
    assert client_copy.can_be_handed_over(own)
    noise = [hashlib.sha512(str(n).encode()).hexdigest() for n in range(1_500)]
    long = tuple(replace(own.items[0], id=f"X{n}", text=text) for n, text in enumerate(noise))
    with pytest.raises(client_copy.TooLongToHandOver):
        client_copy.encode_client_copy(replace(own, items=long), general=False)
    assert not client_copy.can_be_handed_over(replace(own, items=long))
    with pytest.raises(ValueError, match="not a questionnaire"):
        client_copy.decode_client_copy(b"nothing")
