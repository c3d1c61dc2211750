"""For every address that takes a form: the way to it, and the form that is sent there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clinic_toolkit.instruments import form_code
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.transactions import writing
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site
from tests.journeys import intake, own, own_sheets, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

RIGHT, NEW = "glacier mandolin unwrapped", "ottoman velvet cinder plume hazard"
NOTE = {"section-data": "Came on time."}
PLAN = {"problems": "Tired.", "goal1": "To say no once a week", "means1": "Here first"}
RELEASE = {
    "purpose": "A second opinion",
    "recipient": "Dr Keane",
    "basis": "client_asked",
    "destination": "By post",
    "asked": "yes",
}
PUT_OFF = {"how": "not_today", "because": "Her sister came in."}


@dataclass
class Desk:
    """A practice, its clinician, and a session with one client."""

    site: Site
    me: Person
    session: str
    client: str

    def form(self, *, answered: bool = False) -> str:
        """A questionnaire of the session, under way; answered so that it raises a prompt."""
        kept = self.begun()
        if answered:
            self.site.work.answer(kept, [4] * 12)
        return f"/administrations/{kept.id}"

    def begun(self) -> RecordVersion[Administration]:
        client = self.site.work.client("Bo")
        return self.site.work.begun(client, giving(), session=self.site.work.session(client).id)

    def result(self) -> str:
        """A finished questionnaire."""
        place = self.form(answered=True)
        steps.finish(self.me, self.me.open(f"{place}/check"))
        return place

    def relationship(self) -> Page:
        page = self.me.open(f"{self.client}/relationships/new")
        return self.me.send(page, {"word": "M.", "frame": "parent"})

    def handout(self) -> Page:
        """The page of a sheet that was given."""
        return self.me.send(self.me.open(f"{self.session}/worksheets"), {"worksheet": "receiving-ladder"})

    def signed_note(self) -> Page:
        """The page of a late entry, signed."""
        return self.me.send(self.note(), {"read": "yes", "late_reason": "I was away."})

    def sign_drafts(self) -> Page:
        """All drafts, ticked and signed with one confirmation."""
        self.note()
        page = self.me.open("/notes/unsigned")
        [form] = [form for form in page.forms if any(name.startswith("read-") for name in form.names)]
        typed = {name: "yes" for name in form.names if name.startswith("read-")}
        late = {name: "I was away." for name in form.names if name.startswith("late-")}
        return self.me.submit(page, form, typed | late)

    def ask(self) -> Page:
        """A request of the client, written down."""
        page = self.me.open(f"{self.client}/requests/new")
        return self.me.send(page, {"kind": "amend", "words": "I said May."})

    def move(self, path: str) -> Page:
        """Say of this that it belongs to somebody else."""
        self.site.work.client("Cato Nym")
        page = self.me.open(f"{path}/belongs-elsewhere")
        whom = page.form("whom").options["whom"][-1]
        return self.me.send(page, {"whom": whom, "reason": "The wrong record was open."})

    def note(self) -> Page:
        return self.me.send(self.me.open(f"{self.session}/note"), NOTE | {"sign": "yes"})

    def entry(self) -> Page:
        return self.me.send(self.me.open(f"{self.client}/risk-entries/new"), {"did": "Rang the clinic."})

    def looked_at(self) -> Page:
        return self.me.open(own.upload(self.site).headers["Location"])

    def returned(self, *, changed: bool = False) -> str:
        """A form that came back from a client; `changed`: the record went on meanwhile."""
        kept = self.begun()
        device = handed_over(self.site, kept)
        device.post("/form/1", {"answer": "3"})
        device.post("/form/give-back")
        self.site.app.extensions.pop("clinic handed over")
        self.site.ends.clear()
        self.site.unlock()
        with writing(self.site.work.engine) as db:
            vault = self.site.work.vault
            (out,) = clinician_side.list_open_handovers(db, vault)
            if changed:
                target = clinician_side.find_handed_administration(db, vault, out.payload)
                assert target
                said = Response(status=ResponseStatus.ANSWERED, value=1, wants_to_talk=False, remark="")
                progress.record_response(db, vault, target, 0, said, now=NOW)
            clinician_side.merge_handover(db, vault, out, now=NOW)
        return f"/handovers/{out.id}"

    def plan(self) -> Page:
        """The treatment plan of the client."""
        page = self.me.follow(self.me.open(self.client), "Treatment plan")
        return self.me.send(page, PLAN)

    def case(self) -> str:
        """The address under which the sessions of the client's case are entered."""
        return self.me.open(self.client).link("Add a past or planned session").rpartition("/sessions")[0]

    def paper(self) -> dict[str, str]:
        code = form_code.form_code_of(giving(), general=False)
        about = {"about": "new", "word": "M.", "frame": "parent", "on": intake.day()}
        return {"code": code} | about

    def entered(self) -> str:
        page = self.me.send(self.me.open(f"{self.session}/paper"), self.paper())
        self.me.send(page, {"1-answer": "4", "2-answer": "3"}, by="1-answer")
        return steps.place(page)

    def rhythm(self) -> Page:
        return self.me.open(f"{self.result()}/rhythm")


Way = Callable[[Desk], Any]


def _press(path: Callable[[Desk], str], words: str) -> Way:
    return lambda at: at.me.press(at.me.open(path(at)), words)


def _retired(at: Desk) -> Page:
    own.take_in(at.site, at.me)
    return at.me.press(at.me.open(own.YOURS), "No longer offer it")


def _retired_sheet(at: Desk) -> Page:
    return at.me.press(own_sheets.written(at.me), "No longer offer it")


def _settled(at: Desk) -> Page:
    again = at.me.open(f"{at.entered()}/again")
    page = at.me.send(again, {"1-answer": "2", "2-answer": "3"}, by="1-answer")
    return at.me.send(page, {"1-keep": "second"})


def _going_on(at: Desk) -> Page:
    page = at.rhythm()
    me = at.me
    me.send(page, {"why": "To see what helps.", "times": "2"})
    form = {"csrf_token": page.typed("csrf_token") or "", "because": "It helps.", "version": "1"}
    return me.post(f"{page.path}/go-on", form)


def _stopped(at: Desk) -> Page:
    page = at.rhythm()
    at.me.send(page, {"why": "To see what helps.", "times": "4"})
    return at.me.press(at.me.open(page.path), "Stop repeating it")


def _from_folder(at: Desk) -> Page:
    folder = at.site.settings.data_folder / "questionnaires"
    folder.mkdir(exist_ok=True)
    (folder / "resting.toml").write_text(own.TEXT, encoding="utf-8")
    return at.me.send(at.me.open(own.YOURS), {"file": "resting.toml"})


def _archived(at: Desk) -> Page:
    return at.me.press(at.me.open(f"{at.client}"), "Archive")


def _joined(at: Desk, place: str, *, back: bool) -> Page:
    page = at.me.open(f"{place}/join")
    done = at.me.send(page, {"other": page.form("other").options["other"][1]})
    return at.me.open(place) if back else done


def _joined_client(at: Desk, *, back: bool = False) -> Page:
    place = intake.take_in(at.me, "Flo").path
    return _joined(at, place, back=back)


def _joined_person(at: Desk, *, back: bool = False) -> Page:
    place = at.relationship().path
    at.me.send(at.me.open(f"{at.client}/relationships/new"), {"word": "Mum", "frame": "parent"})
    return _joined(at, place, back=back)


def _check_in(at: Desk) -> Page:
    page = at.me.send(at.me.open(f"{at.session}/check-in"), {"about": "general"})
    return at.me.open(f"{steps.place(page)}/open-line")


def _ways(at: Desk, path: str, **typed: str) -> Page:
    return at.me.send(at.me.open(path), {"present_passphrase": RIGHT} | typed)


def _proved(at: Desk) -> Page:
    page = _ways(at, "/practice/sheet")
    groups = steps.groups_on(at.me.follow(page, "recovery sheet"))
    names = [name for form in page.forms for name in form.names if name.startswith("group_")]
    return at.me.send(page, {name: groups[int(name.removeprefix("group_")) - 1] for name in names})


def _erasure(at: Desk) -> Page:
    page = at.me.open(f"{intake.take_in(at.me, 'Flo').path}/erase")
    asked = at.me.send(page, {"reason": "mistake", "words": "Twice", "typed_initials": "F."})
    return at.me.send(asked, {"stepup_passphrase": RIGHT})


def _case_sheet(at: Desk) -> Page:
    """The text of a case sheet, of a note that is signed."""
    at.signed_note()
    return at.me.send(at.me.open(f"{at.client}/case-sheet"), {"question": "How?"})


def _third_that_came_back(at: Desk) -> Page:
    """The page of the third sheet in a row that came back whole."""
    for _ in range(3):
        page = at.me.send(at.me.follow(at.handout(), "Note how it went"), {"outcome": "came_back"})
    return page


def _series(at: Desk, *, days: int = 0) -> Page:
    """The page of hours that repeat, the first so many days after today."""
    page = at.me.open(f"{at.case()}/series/new")
    proposed = date.fromisoformat(page.form("first_on").standing()["first_on"])
    first_on = proposed - timedelta(days=7 - days)
    return at.me.send(page, {"first_on": first_on.isoformat(), "start": "23:10"})


def _ended(at: Desk) -> Page:
    page = at.me.open(f"{_series(at).path.partition('?')[0]}/end")
    return at.me.send(page, {"last_on": page.form("last_on").standing()["last_on"]})


def _hour(at: Desk, act: str = "", *, days: int = 0) -> Page:
    """The page of its first hour, or of an act there."""
    return at.me.open(f"{_series(at, days=days).path.partition('?')[0]}/hours/0{act}")


def _closure(at: Desk) -> Page:
    page = at.me.open(f"{at.case()}/series/new")
    first_on = page.form("first_on").standing()["first_on"]
    closed = {"first_on": first_on, "last_on": first_on, "words": "Away"}
    return at.me.send(at.me.open("/practice/closures"), closed)


def _closed_hours(at: Desk) -> Page:
    _series(at, days=7)
    return at.me.press(_closure(at), "Leave out the one")


def _taken_back(at: Desk) -> Page:
    page = _hour(at)
    at.me.press(page, "Leave this hour out")
    return at.me.press(at.me.open(page.path), "Let it take place")


def _phrase(at: Desk) -> Page:
    """The list of phrases, with one in it."""
    return at.me.send(at.me.open("/phrases/new"), {"name": "Limits", "text": "Limits were named."})


def _own_format(at: Desk) -> Page:
    """The list of formats, with one of the practice's own in it."""
    return at.me.send(at.me.open("/note-formats/new"), {"name": "Short"})


WAYS: dict[str, Way] = {
    "session_series.new": _series,
    "session_series.change": lambda at: at.me.send(
        at.me.open(f"{_series(at).path.partition('?')[0]}/change"), {"start": "23:20"}
    ),
    "session_series.end": _ended,
    "series_hours.start": lambda at: at.me.press(_hour(at), "Start the session"),
    "series_hours.enter": lambda at: at.me.press(_hour(at), "Open it as a session"),
    "series_hours.move": lambda at: at.me.send(_hour(at, "/move"), {"start": "23:30", "end": "23:40"}),
    "series_hours.skip": lambda at: at.me.press(_hour(at), "Leave this hour out"),
    "series_hours.take_back": _taken_back,
    "closures.index": _closure,
    "closures.skip_hours": _closed_hours,
    "closures.withdraw": lambda at: at.me.press(_closure(at), "after all"),
    "questionnaire_choice.choose": lambda at: steps.begin(at.me, at.session),
    "administrations.item": lambda at: steps.give(at.me, at.me.open(f"{at.form()}/items/1"), 3),
    "administrations.finish": _press(lambda at: f"{at.form()}/check", "Finish"),
    "administrations.stop": _press(lambda at: f"{at.form()}/check", "Stop"),
    "audit.begin_check": _press(lambda at: "/audit", "Check everything"),
    "audit.search": lambda at: at.me.send(at.me.open("/audit"), {"day": ""}),
    "cases.new": lambda at: intake.couple(at.me, "Cy", "Di"),
    "check_ins.begin": lambda at: at.me.send(at.me.open(f"{at.session}/check-in"), {"about": "general"}),
    "clients.archive": _archived,
    "clients.edit": lambda at: at.me.send(at.me.open(f"{at.client}/edit"), {"phone": "1"}),
    "clients.search": lambda at: at.me.send(at.me.open("/clients"), {"words": "Ana"}),
    "note_copies.mark": lambda at: at.me.press(
        at.me.open(f"{at.signed_note().path}/text"), "Mark it as copied"
    ),
    "case_sheets.ask": _case_sheet,
    "case_sheets.edit": lambda at: at.me.send(_case_sheet(at), {"text": "Came on time."}),
    "releases.ask": lambda at: at.me.send(at.me.open(f"{at.client}/release"), RELEASE),
    "releases.read": lambda at: at.me.press(
        at.me.send(at.me.open(f"{at.client}/release"), RELEASE), "Write it down and make it"
    ),
    "releases.whole": lambda at: at.me.send(
        at.me.open(f"{at.client}/whole-record"), {"destination": "By post", "asked": "yes"}
    ),
    "searches.search_caseload": lambda at: at.me.send(at.me.open("/search"), {"words": "quay"}),
    "searches.search_client": lambda at: at.me.send(at.me.open(f"{at.client}/search"), {"words": "quay"}),
    "joins.join_client": lambda at: _joined_client(at),
    "joins.separate_client": lambda at: at.me.press(_joined_client(at, back=True), "Take the two apart"),
    "clients.new": lambda at: intake.take_in(at.me, "Eve"),
    "clients.restore": lambda at: at.me.press(_archived(at), "Bring back"),
    "handover.decide": _press(lambda at: at.returned(changed=True), "Leave the record as it is"),
    "handover.close_handover": _press(lambda at: at.returned(), "Go on together"),
    "notes.save": lambda at: at.me.send(at.me.open(f"{at.session}/note"), NOTE),
    "note_signing.sign": lambda at: at.signed_note(),
    "client_requests.new": lambda at: at.ask(),
    "client_requests.extend": lambda at: at.me.send(at.ask(), {"reason": "I am away."}),
    "client_requests.answer": lambda at: at.me.send(
        at.ask(), {"decision": "denied", "answer": "It is right."}
    ),
    "client_requests.disagree": lambda at: at.me.send(
        at.me.send(at.ask(), {"decision": "denied", "answer": "It is right."}),
        {"disagreement": "It was May."},
    ),
    "moved_records.note": lambda at: at.move(at.signed_note().path),
    "moved_records.administration": lambda at: at.move(at.result()),
    "moved_records.risk_entry": lambda at: at.move(at.entry().path),
    "unsigned_notes.sign": lambda at: at.sign_drafts(),
    "note_additions.add": lambda at: at.me.send(
        at.me.open(f"{at.signed_note().path}/add"),
        {"kind": "addendum", "text": "The letter came.", "reason": "It came later."},
    ),
    "note_additions.countersign": lambda at: at.me.send(
        at.me.open(f"{at.signed_note().path}/countersigned"), {"name": "Iris Hale", "on": intake.day()}
    ),
    "contacts.begin": lambda at: at.me.send(at.me.open(at.client), {"kind": "call"}),
    "contacts.note_not_held": lambda at: at.me.press(
        intake.enter(at.me, at.me.open(f"{at.case()}/sessions/new"), attendance="planned"),
        "Did not come: write the note",
    ),
    "phrases.new": _phrase,
    "phrases.edit": lambda at: at.me.send(at.me.follow(_phrase(at), "Change"), {"text": "We named them."}),
    "phrases.remove": lambda at: at.me.press(at.me.follow(_phrase(at), "Change"), "Remove this phrase"),
    "note_formats.new": _own_format,
    "note_formats.edit": lambda at: at.me.send(
        at.me.follow(_own_format(at), "Change"), {"heading-4": "Means", "hint-4": "What was used."}
    ),
    "note_formats.offer": lambda at: at.me.press(
        at.me.follow(_own_format(at), "Change"), "No longer offer it"
    ),
    "note_formats.choose_usual": lambda at: at.me.send(at.me.open("/note-formats"), {"usual": "SOAP"}),
    "open_lines.show": lambda at: at.me.send(_check_in(at), {"open_line": "Tea.", "go": "next"}),
    "own_questionnaires.preview_from_folder": _from_folder,
    "own_questionnaires.discard_preview": lambda at: at.me.press(at.looked_at(), "Do not add it"),
    "own_questionnaires.offer_again": lambda at: at.me.press(_retired(at), "Offer it again"),
    "own_questionnaires.retire": _retired,
    "own_questionnaires.add": lambda at: own.take_in(at.site, at.me),
    "own_worksheets.offer_again": lambda at: at.me.press(_retired_sheet(at), "Offer it again"),
    "own_worksheets.retire": _retired_sheet,
    "sheet_editor.copy": lambda at: at.me.press(at.me.open(own_sheets.YOURS), "Copy it"),
    "sheet_editor.edit": lambda at: own_sheets.written(at.me),
    "sheet_editor.write": lambda at: own_sheets.begin(at.me),
    "paper_forms.second_entry": lambda at: at.me.send(
        at.me.open(f"{at.entered()}/again"), {"1-answer": "4", "2-answer": "3"}, by="1-answer"
    ),
    "paper_forms.new_for_client": lambda at: at.me.send(at.me.open(f"{at.client}/paper"), at.paper()),
    "paper_forms.new_in_session": lambda at: at.me.send(at.me.open(f"{at.session}/paper"), at.paper()),
    "paper_forms.settle_differences": _settled,
    "practice.code": lambda at: _ways(at, "/practice/code", code="4H7K2M"),
    "place.index": lambda at: at.me.send(at.me.open("/practice/place"), {"address": "1 Quay Street"}),
    "place.use_crisis_line": _press(lambda at: "/practice/place", "Use this in place of yours"),
    "practice.index": lambda at: at.me.send(at.me.open("/practice"), {"practice_name": "Quay"}),
    "practice.passphrase": lambda at: _ways(at, "/practice/passphrase", passphrase=NEW, passphrase_again=NEW),
    "practice.sheet": _proved,
    "practice.sheet, drawn": lambda at: _ways(at, "/practice/sheet"),
    "hard_moments.edit": lambda at: at.me.send(
        at.me.follow(at.me.open(at.client), "Plan for hard moments"), {"signs": "I hide."}
    ),
    "hard_moments.edit_together": lambda at: at.me.send(
        at.me.open(f"{at.client}/hard-moments/together"), {"signs": "I hide."}
    ),
    "treatment_plans.edit": Desk.plan,
    "treatment_plans.link_goal": lambda at: at.me.send(
        at.me.follow(at.plan(), "Notes, questionnaires and worksheets"), {"questionnaires": "giving"}
    ),
    "previews.item": lambda at: (
        at.looked_at(),
        at.me.send(at.me.open("/your-questionnaires/preview/items/1"), {"go": "next"}),
    ),
    "relationships.edit": lambda at: at.me.send(
        at.me.open(f"{at.relationship().path}/edit"), {"word": "Mum", "frame": "parent"}
    ),
    "joins.join_relationship": lambda at: _joined_person(at),
    "relationships.new": Desk.relationship,
    "joins.separate_relationship": lambda at: at.me.press(
        _joined_person(at, back=True), "Take the two apart"
    ),
    "relationships.archive": lambda at: at.me.press(at.relationship(), "Archive"),
    "relationships.restore": lambda at: at.me.press(at.me.press(at.relationship(), "Archive"), "Bring back"),
    "results.together": lambda at: at.me.send(
        at.me.open(f"{at.result()}/together"), {"own_words": "I give a lot."}
    ),
    "rhythms.edit": lambda at: at.me.send(at.rhythm(), {"why": "To see what helps.", "times": "4"}),
    "rhythms.continue_rhythm": _going_on,
    "rhythms.record_decline": lambda at: at.me.press(at.rhythm(), "Not today"),
    "rhythms.stop": _stopped,
    "rhythms.record_wish_to_stop": lambda at: at.me.press(at.rhythm(), "wants to stop"),
    "risk_entries.add": lambda at: at.me.send(at.me.open(f"{at.entry().path}/add"), {"did": "Rang again."}),
    "prompt_closing.close_prompts": lambda at: at.me.send(
        at.me.open(f"{at.result()}/risk-entry"), {"how": "asked", "asked": "About sleep."}
    ),
    "prompt_closing.close_prompts, not today": lambda at: at.me.send(
        at.me.open(f"{at.result()}/risk-entry"), PUT_OFF
    ),
    "risk_entries.new": Desk.entry,
    "risk_entries.new, not today": lambda at: at.me.send(
        at.me.open(f"{at.client}/risk-entries/new"), PUT_OFF
    ),
    "risk_entries.new_in_session": lambda at: at.me.send(
        at.me.open(f"{at.session}/risk-entries/new"), {"did": "Rang the clinic."}
    ),
    "endings.end": lambda at: steps.end_session(
        at.me, at.me.press(at.me.open(at.client), "Start a session now")
    ),
    "sessions.agree": lambda at: at.me.send(at.me.open(at.session), {"agreed": "To rest."}),
    "task_answers.note_answer": lambda at: at.me.send(
        at.me.open(f"{at.session}/agreed-before"), {"answer": "part"}
    ),
    "sessions.edit": lambda at: at.me.send(at.me.open(f"{at.session}/edit"), {"place": "Room 2"}),
    "sessions.new": lambda at: intake.enter(at.me, at.me.open(f"{at.case()}/sessions/new")),
    "session_opening.open_new": _press(lambda at: at.client, "Start a session now"),
    "session_opening.open_planned": lambda at: at.me.press(
        intake.enter(at.me, at.me.open(f"{at.case()}/sessions/new"), attendance="planned"),
        "Start the session",
    ),
    "retention.keep": lambda at: at.me.send(at.me.open(f"{at.client}/keep"), {"hold_reason": "A court"}),
    "retention.rule": lambda at: at.me.send(at.me.open("/practice/retention"), {"years": "7"}),
    "erasures.ask": _erasure,
    "erasures.take_back": lambda at: at.me.press(_erasure(at), "Bring back"),
    "watched.choose": lambda at: at.me.send(
        at.me.open(f"{at.relationship().path}/watched"), {"item": "giving:OG1-C"}
    ),
    "whole_forms.save": lambda at: at.me.send(
        at.me.open(f"{at.form()}/all"), {"1-answer": "4"}, by="1-answer"
    ),
    "worksheets.offer": lambda at: at.me.send(
        at.me.open(f"{at.session}/worksheets"), {"worksheet": "receiving-ladder", "sentence": "I can rest."}
    ),
    "handouts.agree": lambda at: at.me.send(
        at.handout(), {"agreement": "Two rungs, on Sunday.", "sureness": "5"}
    ),
    "handouts.make_smaller": lambda at: at.me.send(
        at.me.send(at.handout(), {"sureness": "3"}), {"smaller": "To look at the first rung."}
    ),
    "handouts.review": lambda at: at.me.send(
        at.me.follow(at.handout(), "Note how it went"), {"outcome": "part", "said": "Two lines."}
    ),
    "handouts.review_in_session": lambda at: at.me.send(
        at.me.open(f"{at.session}{at.handout().path}"), {"outcome": "came_back"}
    ),
    "handouts.note_wanted": lambda at: at.me.send(_third_that_came_back(at), {"wanted": "partly"}),
}

# What the table does not walk, and why a second press is harmless there.
# Each press saves one more copy, and says so in the trail: no record is made.
PAPERS = (
    "consents.sheet",
    "courses.paper",
    "notes.paper",
    "disclosures.paper",
    "note_copies.save_file",
    "case_sheets.paper",
    "disclosures.data",
    "treatment_plans.paper",
    "hard_moments.card",
    "hard_moments.paper",
    "previews.answer_card",
    "previews.blank",
    "previews.guide",
    "psychotherapy_note_papers.paper",
    "psychotherapy_note_papers.text",
    "questionnaires.answer_card",
    "questionnaires.blank",
    "questionnaires.card",
    "questionnaires.guide",
    "filled_sheets.sheet",
    "results.client_page",
    "results.summary",
    "packets.show",
    "preparation.paper",
    "preparation.paper_of_hour",
    "sheet_files.save_fillable",
    "sheet_files.save_locked",
    "worksheets.blank",
    "worksheets.sheet",
    "calendar_export.save",
    "own_worksheets.blank",
    "own_worksheets.save_as_file",
)
ELSEWHERE = dict.fromkeys(PAPERS, "a copy of a paper, which is saved as often as it is asked for") | {
    "marks.find": "looks for the same mark, and writes nothing",
    "audit.stop_check": "a check that was stopped is stopped",
    "backup_offer.index": "once a place is set it leads to Today: tests/web/test_backups.py",
    "backup_offer.put_off": "the day is the same at the second press",
    "backups.choose_place": "the same place is set again: tests/web/test_backups.py",
    "backups.decline": "the week begins at the second press",
    "backups.make": "one backup is made at a time, and two are two files: tests/web/test_backups.py",
    "backups.prove": "writes nothing but that it was proved: tests/web/test_backups.py",
    "backups.prove_with_sheet": "writes nothing but that it was proved: tests/web/test_backups.py",
    "backups.stop": "what was stopped is stopped",
    "client_returns.bring_back": "who is here is not brought twice: tests/backup/test_return_refusals.py",
    "client_returns.look": "looks into the same backup, and writes only that it was looked at",
    "client_returns.look_with_sheet": "looks into the same backup, and writes only that it was looked at",
    "client_returns.stop": "what was stopped is stopped",
    "condition.accept_older_files": "an answer to another state of the record leads to the page",
    "condition.acknowledge_loss": "an answer to another state of the record leads to the page",
    "consents.edit": "the same words make no version: tests/web/test_consents.py",
    "consents.new": "the number of its page makes one consent: tests/web/test_consents.py",
    "consents.withdraw": "what was withdrawn is withdrawn: tests/web/test_consents.py",
    "confirm.confirm_passphrase": "asks for the passphrase, and writes nothing",
    "packets.begin_for_day": "the packet is made again, and nothing is recorded",
    "packets.begin_for_session": "the packet is made again, and nothing is recorded",
    "packets.copies": "the copies are made again, and nothing is recorded",
    "preparation.day": "the file is made again, and nothing is recorded",
    "packets.stop": "what was stopped is stopped",
    "executor.index": "new sheets are the ones that are asked for; those in use lead to the page",
    "executor.unlock_with_halves": "waits for the first as the sheet does, and comes in by its own groups",
    "new_keys.index": "a new sheet waits, or the job is the one that runs: tests/web/test_new_keys.py",
    "new_keys.damage": "the job is the one that runs: tests/web/test_new_keys.py",
    "new_keys.stop": "what was stopped is stopped",
    "handover.retry_merge": "what is in is not brought in again: tests/record/test_handover.py",
    "erasures.erase_due": "whom it names is gone: tests/journeys/test_erasing.py",
    "handover.offer": "a test of its own",
    "lock.note_restore_read": "what was read is read: tests/web/test_restored_practice.py",
    "lock.replace_passphrase": "the new passphrase opens afterwards; the mark of its moment leads to Today",
    "lock.cover": "a test of its own",
    "lock.lock": "a test of its own",
    "lock.quit_program": "the program has ended after the first",
    "lock.unlock_with_secret": "a test of its own",
    "lock.unlock_with_sheet": "waits for the first as the passphrase does, and comes in by its own groups",
    "place.keep_logo": "the same picture makes no new version: tests/journeys/test_place.py",
    "place.remove_logo": "what is removed is removed",
    "calendar_files.answer": "what was answered is not asked again: tests/journeys/test_calendar_files.py",
    "calendar_files.ask_again": "what is asked about again is not passed over any more",
    "calendar_files.release": "what was released is not taken any more",
    "calendar_files.choose_place": "the same place makes no new version",
    "calendar_files.leave": "what was let go is gone",
    "calendar_files.look": "reads the same file, and writes nothing",
    "calendar_files.read": "reads the same file, and writes nothing",
    "filled_sheets.keep": "what is kept is kept: tests/journeys/test_filled_sheets.py",
    "filled_sheets.leave": "what was let go is gone",
    "filled_sheets.upload": "reads the same file, and writes nothing",
    "client_intake.upload": "reads the same file, and writes nothing",
    "client_intake.choose_columns": "keeps the same choice, and writes nothing",
    "client_intake.add": "adds nobody twice: tests/journeys/test_client_intake.py",
    "client_intake.leave": "what was let go is gone",
    "own_questionnaires.upload": "looks at the same file, and writes nothing",
    "sheet_files.begin_sending": "draws new words, and the page shows those that count",
    "own_worksheets.upload": "begins the same draft again: tests/journeys/test_own_sheets.py",
    "sheet_editor.preview": "a page to look at, which keeps nothing",
    "practice.psychotherapy_key": "a practice has one, and the second send leads to the practice",
    "psychotherapy_notes.edit": "the same words make no version: tests/web/test_psychotherapy_notes.py",
    "psychotherapy_notes.index": "what is open stays open: tests/web/test_psychotherapy_notes.py",
    "psychotherapy_notes.new": "the number of its page makes one note: tests/web/test_psychotherapy_notes.py",
    "previews.continue_preview": "a page to try, which keeps nothing",
    "setup.code": "the mark of its moment, and the same code makes no new version",
    "setup.new_sheet": "the last sheet that was drawn is the one that is asked for",
    "setup.passphrase": "waits for the first, and leads to the lock",
    "setup.practice": "writes nothing",
    "setup.sheet": "the mark of its moment leads to Today",
}
