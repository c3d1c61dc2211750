"""What holds for every address: unknown and forbidden look alike, looking changes nothing."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web.pages import page_titles
from tests.fixtures import audit_lines, sites
from tests.fixtures.sites import Site, example
from tests.journeys import crawl, person, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Person]:
    """A practice in which there is one of everything; the tests of this file only look at it."""
    site = sites.made(tmp_path_factory.mktemp("furnished"))
    site.unlock()
    return site, crawl.furnish(site)


@pytest.fixture(scope="module")
def seen(furnished: tuple[Site, Person]) -> list[Page]:
    """Every page and paper that links lead to, asked for once."""
    return list(crawl.pages(furnished[1], papers=True))


@pytest.fixture(scope="module")
def shown(seen: list[Page]) -> list[Page]:
    """The pages among them."""
    return [page for page in seen if page.headers["Content-Type"].startswith("text/html")]


def ids_in(site: Site) -> set[UUID]:
    """The ids of two records of each kind in a practice: the first and the last."""
    with reading(site.work.engine) as db:
        tables = db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all()
        sealed = [name for name in tables if {"record", "sealed"} <= _columns(db, name)]
        each = [db.scalars(text(f'SELECT record FROM "{name}" ORDER BY id')).all() for name in sealed]
        return {UUID(bytes=id) for found in each for id in (*found[:1], *found[-1:])}


def _columns(db: object, name: str) -> set[str]:
    return {row[1] for row in db.execute(text(f'PRAGMA table_info("{name}")'))}  # type: ignore[attr-defined]


def everything(site: Site) -> dict[str, list[object]]:
    """Every row of the store but the trail of what was looked at."""
    with reading(site.work.engine) as db:
        tables = db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all()
        return {
            name: list(db.execute(text(f'SELECT * FROM "{name}"'))) for name in tables if name != "audit_line"
        }


def with_an_id(site: Site, id: UUID) -> list[tuple[str, str]]:
    """Every method and address with an id in it, filled with this one."""
    adapter = site.app.url_map.bind("")
    found = []
    for rule in site.app.url_map.iter_rules():
        if not any(type(part).__name__ == "UUIDConverter" for part in rule._converters.values()):
            continue
        values = {name: example(rule, name, id) for name in rule.arguments}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            found.append((method, adapter.build(rule.endpoint, values, method=method)))
    return found


def answer_of(site: Site, method: str, path: str) -> tuple[int, bytes]:
    answer = site.post(path, {"version": "1"}) if method == "POST" else site.get(path)
    return answer.status_code, answer.data


def test_an_unknown_id_and_a_forbidden_one_give_the_same_answer(
    furnished: tuple[Site, Person], tmp_path_factory: pytest.TempPathFactory
) -> None:
    site, _ = furnished
    # Records of another practice stand for those that this clinician may not see.
    other = sites.made(tmp_path_factory.mktemp("other"))
    other.unlock()
    crawl.furnish(other)
    forbidden = sorted(ids_in(other))
    nothing = answer_of(site, "GET", "/no-such-page")
    assert nothing[0] == 404
    asked = 0
    for which, (method, _) in enumerate(with_an_id(site, uuid4())):
        for id in (uuid4(), UUID(int=0), forbidden[which % len(forbidden)], site.work.vault.user_id):
            path = with_an_id(site, id)[which][1]
            assert answer_of(site, method, path) == nothing, (method, path)
            asked += 1
    assert asked > 120
    # The control: an id that is there is answered otherwise, on most of these addresses.
    known = ids_in(site)
    answered = {
        method + path.replace(str(id), "")
        for id in known
        for method, path in with_an_id(site, id)
        if method == "GET" and answer_of(site, method, path) != nothing
    }
    assert len(answered) > 15


def test_an_id_of_another_kind_is_unknown(furnished: tuple[Site, Person]) -> None:
    site, _ = furnished
    session = next(id for id in ids_in(site) if site.get(f"/sessions/{id}/note").status_code in (200, 303))
    nothing = answer_of(site, "GET", "/no-such-page")
    for path in (
        f"/administrations/{session}/result",
        f"/handouts/{session}",
        f"/notes/{session}",
        f"/notes/{session}/paper",
    ):
        assert answer_of(site, "GET", path) == nothing, path


def test_looking_at_anything_changes_nothing(furnished: tuple[Site, Person]) -> None:
    site, me = furnished
    before = everything(site)
    with reading(site.work.engine) as db:
        last = audit_lines.lines(db, site.work.vault)[0].seq
    looked = 0
    for id in ids_in(site):
        for method, path in with_an_id(site, id):
            if method == "GET":
                assert site.get(path).status_code < 500, path
                looked += 1
    for page in crawl.pages(me, papers=True):
        assert page.status < 500, page.path
    assert looked > 200
    assert everything(site) == before
    site.write_reads()
    with reading(site.work.engine) as db:
        new = {line.event for line in audit_lines.lines(db, site.work.vault) if line.seq > last}
    assert new == {"records.read"}
    # The control: the same comparison sees one answer.
    steps.begin(me, f"/sessions/{site.work.session(site.work.client()).id}")
    assert everything(site) != before


SEARCH_FIELDS = {"words", "time", "side", "part", "frame", "step"}
# What a client's timeline shows: a code, the id of a relationship, a year.
TIMELINE_FIELDS = {"kind", "about", "year"}


def test_no_page_takes_a_form_by_its_address(furnished: tuple[Site, Person], shown: list[Page]) -> None:
    """Fields in the address of a page are not taken for a form, and no form sends its fields there.

    The search of the worksheets does: it writes nothing, and nothing of a client is looked for with it. So
    does the choice of what a timeline shows, by codes and ids.
    """
    site, _ = furnished
    before = everything(site)
    words = "answer=4&go=stop&way=declined&section-data=x&own_words=x&practice_name=x&sign=yes&read=yes"
    for page in shown:
        for form in page.forms:
            is_choice = form.names == SEARCH_FIELDS or form.names <= TIMELINE_FIELDS
            assert form.method == "post" or is_choice, page.path
        site.get(f"{page.path.partition('?')[0]}?{words}")
    assert everything(site) == before


def test_every_page_that_links_lead_to_is_there(seen: list[Page]) -> None:
    assert len(seen) > 40
    assert [page.path for page in seen if page.status != 200] == []


def test_no_address_no_title_and_no_header_names_anyone(seen: list[Page]) -> None:
    said = ("Reyes", "Calmer", "Came", "Harbour", "Whelan", "I can", "M.", "parent")
    for page in seen:
        kind = page.title.removesuffix("Clinic toolkit").removesuffix(" · ")
        assert kind in page_titles.TITLES | {"Nothing here"} or page.title == "", page.path
        named = f"{page.path} {page.headers}"
        assert not [word for word in said if word in named], named
        assert page.headers["Cache-Control"] == "no-store"


def test_every_form_carries_its_token(shown: list[Page]) -> None:
    for page in shown:
        for form in page.forms:
            assert form.method == "get" or form.standing().get("csrf_token"), page.path


def test_every_field_has_a_label_and_no_memory(shown: list[Page]) -> None:
    for page in shown:
        for form in page.forms:
            for control in form.controls:
                if control.kind in ("text", "textarea", "select", "date", "time", "password"):
                    assert f'for="f-{control.name}"' in page.source, f"{page.path} {control.name}"


@pytest.mark.parametrize("path", ["/", "/clients", "/questionnaires", "/worksheets", "/practice"])
def test_every_place_is_there_in_a_new_practice(me: Person, path: str) -> None:
    page = me.open(path)
    assert page.status == 200
    assert len(page.text) > 120


def test_a_stranger_at_the_same_address_is_at_the_lock(
    furnished: tuple[Site, Person], shown: list[Page]
) -> None:
    site, _ = furnished
    for page in shown:
        if page.path in ("/about-your-data", "/quit"):
            continue  # they say nothing of a practice, and are there before one is
        stranger = person.newcomer(site.app, site.origin).open(page.path)
        assert stranger.path.startswith("/unlock"), page.path
        assert "Ana Reyes" not in stranger.source
