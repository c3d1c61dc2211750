"""Autosaved drafts of forms that take several minutes to fill in.

The page's script posts the form to the page's own URL every two seconds while something is typed, as it does
for a note. Without script there is no draft, except where a worksheet is written: buttons there save one too
(`sheet_editor`).
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import UUID, uuid4

import msgspec
from flask import request
from werkzeug.datastructures import MultiDict

from clinic_toolkit.dates import format_date, format_time
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import form_drafts
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT, FormDraft, FormDraftState
from clinic_toolkit.store.transactions import on_rollback
from clinic_toolkit.vault.own_ring import ensure_own_ring
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import parse_whole_number
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.web.screen_parts.idempotent_forms import KEY_FIELD
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

DISCARD_FIELD, DRAFT_VERSION_FIELD, PAGE = "discard", "draft", "page"
# Technical fields, which are not part of the draft, and the code that a signature asks for.
_EXCLUDED_FIELDS = frozenset(("csrf_token", KEY_FIELD, DRAFT_VERSION_FIELD, DISCARD_FIELD, PAGE, "sign_code"))
# Key in the vault's cache for the page ids of forms that were recorded.
_RECORDED = "pages recorded"
LATE = (
    "This page was saved already. If you changed anything on it since, that is on this page alone: press the "
    "button at its end."
)


class PageDraft(msgspec.Struct, kw_only=True):
    """The draft of the form on this page, if there is one; `ring` is the ring it is or would be stored in."""

    form: str
    subject: UUID
    ring: UUID | None
    record: RecordVersion[FormDraft] | None

    @property
    def version(self) -> int:
        """The stored version; 0 if there never was a draft."""
        return self.record.version if self.record else 0

    @property
    def expected_version(self) -> int:
        """The draft version that the page was rendered from; a form that is shown again keeps its own."""
        return (
            parse_whole_number(request.form.get(DRAFT_VERSION_FIELD))
            if request.method == "POST"
            else self.version
        )

    @property
    def is_current(self) -> bool:
        """Whether the stored draft is the one that this page saved or showed, and not another window's."""
        return self.expected_version == self.version

    @property
    def page(self) -> str:
        """The id of this page, in hex: the posted one if the form is shown again, else a new one."""
        return (_posted_page_id() or uuid4().bytes).hex()

    @property
    def is_kept_by_this_page(self) -> bool:
        """Whether this page saved the stored draft, even if the response with its version was lost."""
        return (
            self.record is not None
            and bool(page_id := _posted_page_id())
            and self.record.payload.page == page_id
        )

    @property
    def address(self) -> str:
        """The URL of this page, to which the script posts the draft and at which it is shown again."""
        return request.full_path.rstrip("?")

    @property
    def is_begun(self) -> bool:
        """Whether there is a draft that was begun and neither recorded nor discarded."""
        return self.record is not None and self.record.state == FormDraftState.BEGUN

    @property
    def is_shown(self) -> bool:
        """Whether the page shows the stored draft, and not the fields just posted."""
        return self.is_begun and request.method == "GET"

    @property
    def begun_text(self) -> str:
        """When the draft was begun, in words and local time."""
        begun_at = self.record.payload.begun_at.astimezone() if self.record else context.now().astimezone()
        return f"{format_date(begun_at)} at {format_time(begun_at)}"

    def field_values(self) -> MultiDict[str, str] | None:
        """The field values: those just posted, else those of the draft, else None."""
        if request.method == "POST":
            return request.form
        return MultiDict(self.record.payload.fields) if self.record and self.is_begun else None

    def handle_autosave(self, suggestion: Callable[[], str] = lambda: "") -> ViewResult | None:
        """The response to an autosave or to *Discard*; None if the form itself was submitted.

        Args:
            suggestion: makes the hint about what is typed so far, which the page shows beside the form.
        """
        if request.method != "POST":
            return None
        if DISCARD_FIELD in request.form:
            # A draft that another window saved in the meantime is not discarded unseen.
            if self.record is not None and self.is_current:
                form_drafts.discard_form_draft(context.db(), context.vault(), self.record, now=context.now())
            return responses.redirect_to(self.address)
        return self._save_draft(suggestion) if is_from_script() else None

    def _save_draft(self, suggestion: Callable[[], str]) -> ViewResult:
        # An autosave that arrives after the form itself would leave a draft of what is already recorded.
        if idempotent_forms.is_spent() or self.is_recorded:
            return responses.autosave_failed(LATE, 409)
        if not self.is_current:
            return responses.autosave_failed(records.StaleVersion().sentence, 409)
        record = self.save_fields(request.form.items(multi=True))
        return responses.draft_saved(context.now(), version=record.version, suggestion=suggestion())

    @property
    def is_recorded(self) -> bool:
        """Whether the form of this page was recorded already."""
        return int.from_bytes(_posted_page_id()) in _recorded_pages()

    def save_fields(
        self, fields: Iterable[tuple[str, str]], *, path: str | None = None
    ) -> RecordVersion[FormDraft]:
        """Save these fields as the draft, without those that are not part of it.

        Args:
            path: the address of the form, if it is not that of this page.
        """
        db, vault, now = context.db(), context.vault(), context.now()
        draft = FormDraft(
            form_name=self.form,
            subject_id=self.subject.bytes,
            path=path or self.address,
            begun_at=now,
            fields=tuple(pair for pair in fields if pair[0] not in _EXCLUDED_FIELDS),
            page=_posted_page_id(),
        )
        ring = self.ring or ensure_own_ring(db, vault)
        return form_drafts.save_form_draft(db, vault, self.record, draft, ring=ring, now=now)

    def discard_recorded_draft(self) -> None:
        """Discard the draft, because its form is recorded.

        A draft that another window saved in the meantime is not in what was recorded, so it is kept.
        """
        if (page_id := int.from_bytes(_posted_page_id())) and page_id not in (pages := _recorded_pages()):
            pages[page_id] = None
            on_rollback(context.db(), lambda: pages.pop(page_id))
        if self.record is not None and (self.is_current or self.is_kept_by_this_page):
            form_drafts.clear_recorded_draft(context.db(), context.vault(), self.record, now=context.now())


def _posted_page_id() -> bytes:
    """The page id that was posted; empty if none or an invalid one was posted."""
    with suppress(ValueError):
        return UUID(hex=request.form.get(PAGE, "")).bytes if request.method == "POST" else b""
    return b""


def _recorded_pages() -> dict[int, None]:
    return context.vault().record_cache.setdefault(_RECORDED, {})


def open_page_draft(form: str, subject: UUID, *, ring: UUID | None) -> PageDraft:
    """Load the draft of a form about a subject.

    Args:
        ring: the ring in which the form is recorded; None for the clinician's own.
    """
    db, vault = context.db(), context.vault()
    draft_ring = ring or vault.own_ring
    page_draft = PageDraft(
        form=form,
        subject=subject,
        ring=draft_ring,
        record=form_drafts.find_form_draft(db, vault, draft_ring, form, subject),
    )
    if page_draft.record is not None and page_draft.is_shown:
        context.audit_read(FORM_DRAFT, page_draft.record)
    return page_draft
