"""The draft of a form that is filled in over several minutes: kept while it is typed, found again later.

The script of the page sends the form to its own address every two seconds in which something was typed, as
it does for a note. Without script nothing can be known of what is typed before it is sent.
"""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID, uuid4

import msgspec
from flask import request
from werkzeug.datastructures import MultiDict

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import form_drafts
from clinic_toolkit.record.writing.form_drafts import STATE_BEGUN, FormDraft
from clinic_toolkit.store.engine import on_rollback
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import parse_whole_number
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.web.screen_parts.idempotent_forms import KEY_FIELD
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

DISCARD_FIELD, DRAFT_VERSION_FIELD, PAGE = "discard", "draft", "page"
# Not the person's words: the token, the number of the form, the version of the draft itself, the page.
_EXCLUDED_FIELDS = frozenset(("csrf_token", KEY_FIELD, DRAFT_VERSION_FIELD, DISCARD_FIELD, PAGE))
# In the memory of the vault: the marks of pages that were recorded.
_RECORDED = "pages recorded"
LATE = (
    "This page was saved already. If you changed anything on it since, that is on this page alone: press the "
    "button at its end."
)


class PageDraft(msgspec.Struct, kw_only=True):
    """The draft of the form on this page, if there is one; `ring` is where it lies or would lie."""

    form: str
    subject: UUID
    ring: UUID | None
    record: RecordVersion[FormDraft] | None

    @property
    def version(self) -> int:
        """The version that is kept now; 0 if there never was a draft."""
        return self.record.version if self.record else 0

    @property
    def expected_version(self) -> int:
        """The version that the page was made from. A form that is shown again still has its own."""
        return (
            parse_whole_number(request.form.get(DRAFT_VERSION_FIELD))
            if request.method == "POST"
            else self.version
        )

    @property
    def is_current(self) -> bool:
        """Whether what is kept is what this page kept or showed, and no words of another window."""
        return self.expected_version == self.version

    @property
    def page(self) -> str:
        """The mark of this page: the one that was sent if it is shown again, else a new one."""
        return (_sent_mark() or uuid4().bytes).hex()

    @property
    def is_kept_by_this_page(self) -> bool:
        """Whether this very page kept it, though the answer that told it the version may have been lost."""
        return self.record is not None and bool(mark := _sent_mark()) and self.record.payload.page == mark

    @property
    def address(self) -> str:
        """The address of this page: there the script keeps the draft, and there it is found again."""
        return request.full_path.rstrip("?")

    @property
    def is_begun(self) -> bool:
        """Whether words of an earlier time stand in it."""
        return self.record is not None and self.record.state == STATE_BEGUN

    @property
    def is_shown(self) -> bool:
        """Whether the page shows the draft, and not what was sent just now."""
        return self.is_begun and request.method == "GET"

    @property
    def begun_text(self) -> str:
        """When it was begun, in words, by the clock on the wall."""
        at = self.record.payload.begun_at.astimezone() if self.record else context.now().astimezone()
        return f"{at.day} {at:%B %Y} at {at:%H:%M}"

    def field_values(self) -> MultiDict[str, str] | None:
        """What stands in the form: what was sent, else what the draft holds, else nothing."""
        if request.method == "POST":
            return request.form
        return MultiDict(self.record.payload.fields) if self.record and self.is_begun else None

    def handle_autosave(self, suggestion: Callable[[], str] = lambda: "") -> ViewResult | None:
        """The answer to a save by the script, or to *Discard*; None if the form itself was sent.

        Args:
            suggestion: what the page says beside the form, of what is typed so far.
        """
        if request.method != "POST":
            return None
        if DISCARD_FIELD in request.form:
            # What another window kept meanwhile is not discarded unseen.
            if self.record is not None and self.is_current:
                form_drafts.discard_form_draft(context.db(), context.vault(), self.record, now=context.now())
            return responses.redirect_to(self.address)
        return self._save_draft(suggestion) if is_from_script() else None

    def _save_draft(self, suggestion: Callable[[], str]) -> ViewResult:
        # A save that came behind the form itself would leave a draft of what is recorded.
        if idempotent_forms.is_spent() or int.from_bytes(_sent_mark()) in _recorded_pages():
            return responses.autosave_failed(LATE, 409)
        if not self.is_current:
            return responses.autosave_failed(records.StaleVersion().sentence, 409)
        db, vault, now = context.db(), context.vault(), context.now()
        body = FormDraft(
            form_code=self.form,
            subject_id=self.subject.bytes,
            path=self.address,
            begun_at=now,
            fields=tuple(pair for pair in request.form.items(multi=True) if pair[0] not in _EXCLUDED_FIELDS),
            page=_sent_mark(),
        )
        ring = self.ring or vault.ensure_own_ring(db)
        kept = form_drafts.save_form_draft(db, vault, self.record, body, ring=ring, now=now)
        return responses.draft_saved(now, version=kept.version, suggestion=suggestion())

    def mark_recorded(self) -> None:
        """The form is recorded: nothing of its draft is needed any more.

        What another window kept meanwhile is not in what is recorded, so it stays.
        """
        if (mark := int.from_bytes(_sent_mark())) and mark not in (pages := _recorded_pages()):
            pages[mark] = None
            on_rollback(context.db(), lambda: pages.pop(mark))
        if self.record is not None and (self.is_current or self.is_kept_by_this_page):
            form_drafts.clear_recorded_draft(context.db(), context.vault(), self.record, now=context.now())


def _sent_mark() -> bytes:
    """The mark of the page that sent this; empty if none was sent, or what is none."""
    with suppress(ValueError):
        return UUID(hex=request.form.get(PAGE, "")).bytes if request.method == "POST" else b""
    return b""


def _recorded_pages() -> dict[int, None]:
    return context.vault().record_cache.setdefault(_RECORDED, {})


def open_page_draft(form: str, subject: UUID, *, ring: UUID | None) -> PageDraft:
    """The draft of a form about a subject.

    Args:
        ring: the ring in which the form is recorded; None for the clinician's own.
    """
    db, vault = context.db(), context.vault()
    place = ring or vault.own_ring
    found = PageDraft(
        form=form,
        subject=subject,
        ring=place,
        record=form_drafts.find_form_draft(db, vault, place, form, subject),
    )
    if found.record is not None and found.is_shown:
        context.audit_read("draft", found.record)
    return found
