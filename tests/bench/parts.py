"""What a page and a save are made of, each part as an act that can be measured alone."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle

from flask import g, render_template

from clinic_toolkit.journal import audit_log, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires import administrations, answered_items, progress
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.questionnaires.answers import Response, decode_responses
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web import unit_of_work
from tests.fixtures.sites import Site

Act = Callable[[], object]


def of_a_page(site: Site, kept: RecordVersion[Administration]) -> dict[str, Act]:
    """One question: who asks, what is opened, the line of audit with its commit, the drawing."""
    nothing = site.route(lambda: "a page", "GET")
    return {
        "of a page: gate, address, session, guard and headers, around a view that does nothing": lambda: (
            site.get(nothing)
        ),
        "of a page: opening the answers and whom they are about": lambda: _open(site, kept),
        "the line of audit for all looks of two seconds, its commit and the anchor": lambda: _note(
            site, kept
        ),
        "of a page: drawing it": _drawing(site, kept),
    }


def of_a_save(site: Site, kept: RecordVersion[Administration], token: str) -> dict[str, Act]:
    """One answer: who asks, what is opened, keeping it."""
    nothing = site.route(lambda: "saved")
    headers = {"Origin": site.origin, "X-Autosave": "1"}
    fields = {"csrf_token": token, "answer": "1", "said": ""}
    return {
        "of a save: gate, address, session, guard, form token and headers": lambda: site.browser.post(
            nothing, base_url=site.origin, data=fields, headers=headers
        ),
        "of a save: opening the answers": lambda: _open(site, kept, about=False),
        "of a save: the answer, the line of audit, their commit and the anchor": _keeping(site, kept),
    }


def _open(site: Site, kept: RecordVersion[Administration], *, about: bool = True) -> None:
    with reading(site.work.engine) as db:
        found = administrations.load_administration(db, site.work.vault, kept.id)
        if about:
            answered_items.relationship_label(db, site.work.vault, found.payload)


def _note(site: Site, kept: RecordVersion[Administration]) -> None:
    with writing(site.work.engine) as db:
        shown = [records.version_reference(ADMINISTRATION, kept)]
        audit_log.append_entry(
            db, site.work.vault, audit_log.JournalEvent.RECORDS_READ, shown, now=datetime.now(UTC)
        )


def _keeping(site: Site, kept: RecordVersion[Administration]) -> Act:
    values = cycle(range(5))

    def keep() -> None:
        with writing(site.work.engine) as db:
            seen = administrations.load_administration(db, site.work.vault, kept.id)
            response = Response(
                status=ResponseStatus.ANSWERED, value=next(values), wants_to_talk=False, remark=""
            )
            progress.record_response(db, site.work.vault, seen, 3, response, now=datetime.now(UTC))

    return keep


def _drawing(site: Site, kept: RecordVersion[Administration]) -> Act:
    instrument = administrations.instrument_of(kept.payload)
    shown = {
        "administration": kept, "number": 4, "count": len(instrument.items), "item": instrument.items[3],
        "follow_up": next(
            each for each in instrument.facets if each.id == instrument.items[3].facet
        ).shareable_questions(general=False),
        "text": administrations.item_wording(kept.payload, instrument.items[3]), "instrument": instrument,
        "answered": decode_responses(kept.payload.answers)[3], "errors": {}, "changing": False, "about": "M.",
        "general": False, "version": "", "elsewhere": None,
    }  # fmt: skip

    def draw() -> None:
        # Inside a request of its own, which costs little beside the drawing.
        with site.app.test_request_context(f"/administrations/{kept.id}/items/4", base_url=site.origin):
            g.unit = unit_of_work.UnitOfWork(site.work.engine, site.app.worker.waiting_reads, writes=False)
            assert 'type="radio"' in render_template("administrations/item.html", **shown)

    return draw
