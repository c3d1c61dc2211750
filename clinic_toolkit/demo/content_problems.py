"""What only several files of the demo together can get wrong: a name that another file must define."""

from collections.abc import Iterator

from clinic_toolkit.demo.content import Content, Session
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.worksheets import catalogue as sheets


def iter_cross_file_problems(content: Content) -> Iterator[str]:
    """Yield each name that must be defined in another file and is not, and each session that does not fit."""
    for name, couple in content.couples.items():
        yield from (
            f"{name}.toml: nobody is called {partner!r}"
            for partner in couple.partners
            if partner not in content.clients
        )
        for index, session in enumerate(couple.sessions):
            if not set(session.present or ()) <= set(couple.partners):
                yield f"{name}.toml, sessions[{index}]: someone present is not of this couple"
            if session.questionnaires or session.sheets:
                yield f"{name}.toml, sessions[{index}]: a joint session holds no questionnaire and no sheet"
    for name, client in content.clients.items():
        relationship_keys = {relationship.key for relationship in client.relationships} | {""}
        frames = {frame.id for frame in catalogue.list_frames()}
        for relationship in client.relationships:
            if relationship.frame not in frames:
                yield f"{name}.toml, relationships: there is no frame {relationship.frame!r}"
        for index, session in enumerate(client.sessions):
            for problem in _session_problems(session, relationship_keys):
                yield f"{name}.toml, sessions[{index}]: {problem}"


def _session_problems(session: Session, known: set[str]) -> Iterator[str]:
    item_counts = {instrument.id: len(instrument.items) for instrument in catalogue.list_newest()}
    watchable = {f"{form.id}:{item.id}" for form in catalogue.list_instruments() for item in form.items}
    check_in = catalogue.load_check_in().id
    for questionnaire in session.questionnaires:
        codes = questionnaire.answers.split()
        if questionnaire.watched and (questionnaire.watched not in watchable or not questionnaire.about):
            yield f"nobody can watch {questionnaire.watched!r}"
        if (questionnaire.watched or questionnaire.open_line) and questionnaire.instrument != check_in:
            yield f"{questionnaire.instrument!r} is no check-in"
        if questionnaire.about not in known:
            yield f"there is no relationship {questionnaire.about!r}"
        if len(codes) - bool(questionnaire.watched) != item_counts.get(questionnaire.instrument):
            yield f"{len(codes)} answers do not fit {questionnaire.instrument!r}"
        elif not all(code.removesuffix("*") in set("01234dn.") for code in codes):
            yield f"an answer of {questionnaire.instrument!r} is not one of 0 to 4, d, n or ."
        elif not all(number in map(str, range(1, len(codes) + 1)) for number in questionnaire.said):
            yield f"said names an item that {questionnaire.instrument!r} does not have"
    needs_fear_asked = {sheet.slug: sheet.needs_fear_asked for sheet in sheets.list_worksheets()}
    for worksheet in session.sheets:
        if worksheet.sheet not in needs_fear_asked:
            yield f"there is no worksheet {worksheet.sheet!r}"
        elif needs_fear_asked[worksheet.sheet] and worksheet.fear != SheetPlace.HOME:
            yield f"{worksheet.sheet!r} waits until fear was asked about and sheets may go home"
        if worksheet.about not in known:
            yield f"there is no relationship {worksheet.about!r}"
    for reviewed in session.reviewed:
        if reviewed.sheet not in needs_fear_asked:
            yield f"there is no worksheet {reviewed.sheet!r}"
