"""Every answer that a question about fear or being a burden can get, in every way of answering, does what
the table in `docs/safety.md` says: a prompt, a hold, a softer line, a trace.

The table stands here a second time, and what an answer is called is worked out here from its value alone.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.instruments import catalogue, loader
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.questionnaires import own_questionnaires
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.safety import fear_holds, open_prompt_groups, risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskAction, RiskEntry, SheetPlace
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import filled
from tests.fixtures.practices import NOW, Work, at_work
from tests.journeys.own import changed

pytestmark = pytest.mark.slow

LATER = NOW + timedelta(minutes=10)
NOTHING: frozenset[str] = frozenset()
ASKS = frozenset({"prompt", "trace"})
HOLDS = ASKS | {"hold"}
SOFTER = frozenset({"softer line"})
TABLE = {
    "the lowest": {"fear": NOTHING, "burden": NOTHING},
    "between the lowest and the middle": {"fear": HOLDS, "burden": SOFTER},
    "the middle or beyond": {"fear": HOLDS, "burden": ASKS},
    "declined": {"fear": HOLDS, "burden": ASKS},
    "left blank": {"fear": HOLDS, "burden": ASKS},
    "did not come up": {"fear": HOLDS, "burden": NOTHING},
    "any of these, marked to talk about": {"fear": HOLDS, "burden": ASKS},
}
DOCS = Path(__file__).parents[2] / "docs" / "safety.md"


def named(form: Instrument, place: int, response: Response) -> str:
    """What the table calls this answer."""
    if response.wants_to_talk:
        return "any of these, marked to talk about"
    if response.value is None:
        return {"declined": "declined", "not_reached": "left blank"}.get(response.status, "did not come up")
    values = sorted(option.value for option in form.options)
    if form.items[place].reverse:
        values.reverse()
    middle = (values[0] + values[-1]) / 2
    if response.value == values[0]:
        return "the lowest"
    beyond = response.value <= middle if form.items[place].reverse else response.value >= middle
    return "the middle or beyond" if beyond else "between the lowest and the middle"


def every(form: Instrument) -> list[Response]:
    """Every answer that a question of this form can get."""
    values = [option.value for option in form.options]
    ways: list[tuple[int | None, ResponseStatus]] = [(value, ResponseStatus.ANSWERED) for value in values]
    ways += [(None, status) for status in ResponseStatus if status != ResponseStatus.ANSWERED]
    return [filled.said(value, status, talk=talk) for (value, status), talk in product(ways, (False, True))]


@dataclass(frozen=True)
class Filled:
    """A finished form, with the answers to its flagged questions by their places."""

    work: Work
    client: RecordVersion[Client]
    kept: RecordVersion[Administration]
    form: Instrument
    answers: dict[int, Response]

    def wanted(self, place: int) -> frozenset[str]:
        """What the table says of the answer at this place."""
        kind = named(self.form, place, self.answers[place])
        return TABLE[kind][self.form.items[place].safety_flag]

    def places(self, what: str, flag: str = "") -> list[str]:
        """The questions for whose answers the table says this."""
        items = self.form.items
        return [
            items[place].id
            for place in sorted(self.answers)
            if what in self.wanted(place) and flag in ("", items[place].safety_flag)
        ]

    @property
    def asked(self) -> list[open_prompt_groups.PromptGroup]:
        with reading(self.work.engine) as db:
            return open_prompt_groups.list_prompt_groups(db, self.work.vault, self.client.id)

    @property
    def is_held(self) -> bool:
        about = self.kept.payload.relationship_id
        with reading(self.work.engine) as db:
            return about in fear_holds.load_fear_holds(db, self.work.vault, self.client.id).held_relationships

    @property
    def is_on_today(self) -> bool:
        with reading(self.work.engine) as db:
            lines = daily_overview.build_daily_overview(
                db, self.work.vault, now=NOW + timedelta(days=200)
            ).ask_lines
        return self.kept.id in {line.administration.id for line in lines if line.administration}

    @property
    def softened(self) -> list[str]:
        with reading(self.work.engine) as db:
            shown = results.build_result(db, self.work.vault, self.kept)
        return [each.item.item_id for facet in shown.facets for each in facet.annotated_answers]

    def close(self, *, how: str, sheet_place: str = "") -> None:
        """Say of all that is open that it was asked about."""
        entry = RiskEntry(
            client=self.client.id.bytes,
            therapy_session=None,
            entry_date=NOW.date(),
            relationship=self.kept.payload.relationship,
            administration=self.kept.id.bytes,
            named_answers=tuple(raised for each in self.asked for raised in each.raised_by),
            action=RiskAction(how),
            sheet_place=SheetPlace(sheet_place),
        )
        with writing(self.work.engine) as db:
            risk_entries.create_risk_entry(db, self.work.vault, entry, now=LATER)


def at(work: Work, form: Instrument, answers: dict[int, Response], way: str) -> Filled:
    client = work.client(f"Client {uuid4().hex[:8]}")
    about = filled.person(work, client, "M.", now=NOW)
    kept = filled.filled(work, client, form, about, answers, now=NOW, way=way)
    return Filled(work=work, client=client, kept=kept, form=form, answers=answers)


def does_what_the_table_says(one: Filled) -> None:
    """Before it is asked about, after, and once it was said where sheets may go."""
    prompted = sorted(
        {raised.item_id for each in one.asked for raised in each.raised_by}, key=one.places("prompt").index
    )
    assert prompted == one.places("prompt")
    assert {each.flag for each in one.asked} == {
        item.safety_flag for item in one.form.items if item.id in prompted
    }
    assert len(one.asked) == len({each.flag for each in one.asked}), "one prompt for each flag"
    assert one.is_on_today == bool(one.places("trace"))
    assert one.is_held == bool(one.places("hold"))
    assert sorted(one.softened) == sorted(one.places("softer line"))
    if not prompted:
        return
    one.close(how="in_hand")
    assert one.asked == [] and not one.is_on_today
    with reading(one.work.engine) as db:
        (trace,) = risk_entries.list_risk_entries_of_client(db, one.work.vault, one.client.id)
    assert {raised.item_id for raised in trace.payload.named_answers} == set(prompted)
    assert one.is_held == bool(one.places("hold")), "a prompt that is closed lifts no hold"
    one.close(how="", sheet_place="home")
    assert not one.is_held


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """One practice for all of them; every form is of a client of its own."""
    return at_work(tmp_path_factory.mktemp("table"))


FLAGGED = [
    (form, place)
    for form in catalogue.list_instruments()
    for place, item in enumerate(form.items)
    if item.safety_flag != "none"
]


@pytest.mark.parametrize("way", filled.WAYS)
@pytest.mark.parametrize(("form", "place"), FLAGGED, ids=lambda each: getattr(each, "id", str(each)))
def test_every_answer_to_each_of_our_questions_in_every_way(
    work: Work, form: Instrument, place: int, way: str
) -> None:
    kinds = set()
    for response in every(form):
        kinds.add(named(form, place, response))
        does_what_the_table_says(at(work, form, {place: response}, way))
    assert kinds == set(TABLE), "the control: no row of the table was left out"


# Two questions of each kind, one of them turned round, on a scale without a middle.
OWN = changed(
    ('id = "MIND-1"\n', 'id = "MIND-1"\nsafety_flag = "burden"\n'),
    ('id = "MIND-2"\n', 'id = "MIND-2"\nsafety_flag = "burden"\nreverse = true\n'),
    ('id = "BODY-2"\n', 'id = "BODY-2"\nsafety_flag = "fear"\n'),
)


@pytest.fixture(scope="module")
def own(practice: Work) -> Instrument:
    """A questionnaire of the practice's own."""
    with writing(practice.engine) as db:
        form = loader.parse_instrument(OWN.encode(), "own.toml", own=True)
        taken = own_questionnaires.add_questionnaire(
            db, practice.vault, form, OWN.encode(), "own.toml", now=NOW
        )
        return own_questionnaires.instrument_of_version(taken)


@given(data=st.data(), way=st.sampled_from(filled.WAYS))
def test_every_pattern_of_answers_on_any_scale(
    practice: Work, own: Instrument, data: st.DataObject, way: str
) -> None:
    places = [place for place, item in enumerate(own.items) if item.safety_flag != "none"]
    assert len(places) == 4
    answers = {place: data.draw(st.sampled_from(every(own))) for place in places}
    does_what_the_table_says(at(practice, own, answers, way))


def test_a_form_that_was_stopped_before_a_question_does_nothing(work: Work) -> None:
    form, place = FLAGGED[0]
    client = work.client()
    kept = work.answer(work.begun(client, form), [0] * (place - 1))
    one = Filled(work=work, client=client, kept=kept, form=form, answers={})
    assert one.asked == [] and not one.is_held


def test_the_page_says_the_same() -> None:
    """`docs/safety.md` has the same rows, and in each cell the same words."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = lines.index("| The answer | Fear | Being a burden |") + 2
    told = {}
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        kind, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        told[kind] = {
            flag: NOTHING if cell == "nothing" else frozenset(cell.split(", "))
            for flag, cell in zip(("fear", "burden"), cells, strict=True)
        }
    assert told == TABLE
