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

from clinic_toolkit.record import drafts, rows
from clinic_toolkit.record.drafts import BEGUN, Draft
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.engine import if_rolled_back
from clinic_toolkit.web import context, new_records, responses
from clinic_toolkit.web.forms.fields import whole
from clinic_toolkit.web.new_records import FIELD
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

DISCARD, SEEN, PAGE = "discard", "draft", "page"
# Not the person's words: the token, the number of the form, the version of the draft itself, the page.
_NOT_KEPT = frozenset(("csrf_token", FIELD, SEEN, DISCARD, PAGE))
# In the memory of the vault: the marks of pages that were recorded.
_RECORDED = "pages recorded"
LATE = (
    "This page was saved already. If you changed anything on it since, that is on this page alone: press the "
    "button at its end."
)


class FormDraft(msgspec.Struct, kw_only=True):
    """The draft of the form on this page, if there is one; `ring` is where it lies or would lie."""

    form: str
    subject: UUID
    ring: UUID | None
    kept: Kept[Draft] | None

    @property
    def version(self) -> int:
        """The version that is kept now; 0 if there never was a draft."""
        return self.kept.version if self.kept else 0

    @property
    def seen(self) -> int:
        """The version that the page was made from. A form that is shown again still has its own."""
        return whole(request.form.get(SEEN)) if request.method == "POST" else self.version

    @property
    def is_of_this_page(self) -> bool:
        """Whether what is kept is what this page kept or showed, and no words of another window."""
        return self.seen == self.version

    @property
    def page(self) -> str:
        """The mark of this page: the one that was sent if it is shown again, else a new one."""
        return (_sent_mark() or uuid4().bytes).hex()

    @property
    def is_kept_by_this_page(self) -> bool:
        """Whether this very page kept it, though the answer that told it the version may have been lost."""
        return self.kept is not None and bool(mark := _sent_mark()) and self.kept.body.page == mark

    @property
    def address(self) -> str:
        """The address of this page: there the script keeps the draft, and there it is found again."""
        return request.full_path.rstrip("?")

    @property
    def is_begun(self) -> bool:
        """Whether words of an earlier time stand in it."""
        return self.kept is not None and self.kept.state == BEGUN

    @property
    def shown(self) -> bool:
        """Whether the page shows the draft, and not what was sent just now."""
        return self.is_begun and request.method == "GET"

    @property
    def begun(self) -> str:
        """When it was begun, in words, by the clock on the wall."""
        at = self.kept.body.begun.astimezone() if self.kept else context.now().astimezone()
        return f"{at.day} {at:%B %Y} at {at:%H:%M}"

    def typed(self) -> MultiDict[str, str] | None:
        """What stands in the form: what was sent, else what the draft holds, else nothing."""
        if request.method == "POST":
            return request.form
        return MultiDict(self.kept.body.fields) if self.kept and self.is_begun else None

    def answered(self, proposes: Callable[[], str] = lambda: "") -> Answer | None:
        """The answer to a save by the script, or to *Discard*; None if the form itself was sent.

        Args:
            proposes: what the page says beside the form, of what is typed so far.
        """
        if request.method != "POST":
            return None
        if DISCARD in request.form:
            # What another window kept meanwhile is not discarded unseen.
            if self.kept is not None and self.is_of_this_page:
                drafts.discard(context.db(), context.vault(), self.kept, now=context.now())
            return responses.see(self.address)
        return self._keep(proposes) if by_script() else None

    def _keep(self, proposes: Callable[[], str]) -> Answer:
        # A save that came behind the form itself would leave a draft of what is recorded.
        if new_records.is_spent() or int.from_bytes(_sent_mark()) in _recorded_pages():
            return responses.not_saved(LATE, 409)
        if not self.is_of_this_page:
            return responses.not_saved(rows.Stale().sentence, 409)
        db, vault, now = context.db(), context.vault(), context.now()
        body = Draft(
            form=self.form,
            subject=self.subject.bytes,
            path=self.address,
            begun=now,
            fields=tuple(pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_KEPT),
            page=_sent_mark(),
        )
        ring = self.ring or vault.begin_own_ring(db)
        kept = drafts.keep(db, vault, self.kept, body, ring=ring, now=now)
        return responses.draft_kept(now, version=kept.version, proposed=proposes())

    def recorded(self) -> None:
        """The form is recorded: nothing of its draft is needed any more.

        What another window kept meanwhile is not in what is recorded, so it stays.
        """
        if (mark := int.from_bytes(_sent_mark())) and mark not in (pages := _recorded_pages()):
            pages[mark] = None
            if_rolled_back(context.db(), lambda: pages.pop(mark))
        if self.kept is not None and (self.is_of_this_page or self.is_kept_by_this_page):
            drafts.recorded(context.db(), context.vault(), self.kept, now=context.now())


def _sent_mark() -> bytes:
    """The mark of the page that sent this; empty if none was sent, or what is none."""
    with suppress(ValueError):
        return UUID(hex=request.form.get(PAGE, "")).bytes if request.method == "POST" else b""
    return b""


def _recorded_pages() -> dict[int, None]:
    return context.vault().memory.setdefault(_RECORDED, {})


def of_form(form: str, subject: UUID, *, ring: UUID | None) -> FormDraft:
    """The draft of a form about a subject.

    Args:
        ring: the ring in which the form is recorded; None for the clinician's own.
    """
    db, vault = context.db(), context.vault()
    place = ring or vault.own_ring
    found = FormDraft(
        form=form, subject=subject, ring=place, kept=drafts.find(db, vault, place, form, subject)
    )
    if found.kept is not None and found.shown:
        context.saw("draft", found.kept)
    return found
