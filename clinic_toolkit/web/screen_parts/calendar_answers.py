"""What was chosen on the page of a calendar file, read from its form and carried out."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.calendars.file_hours import CalendarContent
from clinic_toolkit.record.calendars import calendar_links, hour_decisions
from clinic_toolkit.record.calendars.client_matching import Caseload
from clinic_toolkit.record.calendars.proposals import Proposals
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import calendar_lines

PASS_OVER, FOLLOW, KEEP, SAME, BY_FILE, BY_NAME = "pass", "follow", "keep", "same", "file", "name"
_CHOOSE_ZONE = "Choose which of the two is meant, for “{zone}”: an hour is chosen that depends on it."


class AnswerOutcome(Struct, frozen=True, kw_only=True):
    """What became of the answers: errors by field and nothing done, or what was done in a sentence."""

    errors: dict[str, str]
    sentence: str = ""


def carry_out(
    content: CalendarContent, found: Proposals, caseload: Caseload, form: Mapping[str, str]
) -> AnswerOutcome:
    """Carry out everything that was chosen, or nothing where something is missing.

    What was proposed when the page was made and is not any more was answered before, and is passed by.
    """
    db, vault, now = context.db(), context.vault(), context.now()
    series = [(each, form.get(f"for-{calendar_lines.describe_series(each).key}", "")) for each in found.new]
    taken = [(each, UUID(hex=choice)) for each, choice in series if _is_case(choice, caseload)]
    passed_uids = {each.uid for each, choice in series if choice == PASS_OVER}
    same = [each for each in found.same if form.get(f"same-{calendar_lines.describe_same(each).key}") == SAME]
    changes = [
        (each, form.get(f"change-{calendar_lines.describe_change(each).key}", "")) for each in found.changes
    ]
    followed = [each for each, choice in changes if choice == FOLLOW and each.obstacle is None]
    kept = [each for each, choice in changes if choice == KEEP]
    hours = [hour for each, _ in taken for hour in each.hours]
    hours += [each.hour for each in (*followed, *kept) if each.hour]
    zones = calendar_lines.list_zones([*hours, *(each.hour for each in same)])
    if unchosen := [zone for zone in zones if form.get(f"zone-{zone.key}") not in (BY_FILE, BY_NAME)]:
        return AnswerOutcome(
            errors={f"zone-{zone.key}": _CHOOSE_ZONE.format(zone=zone.zone) for zone in unchosen}
        )
    by_file = frozenset(zone.zone for zone in zones if form[f"zone-{zone.key}"] == BY_FILE)
    for each in same:
        hour_decisions.accept_same(db, vault, each, source=content.source, by_file=by_file, now=now)
    added = 0
    for new, case_id in taken:
        added += len(
            hour_decisions.take_hours(
                db, vault, case_id, new.hours, source=content.source, by_file=by_file, now=now
            )
        )
    for uid in sorted(passed_uids):
        calendar_links.pass_over(db, vault, uid, source=content.source, now=now)
    for change in followed:
        hour_decisions.follow_change(db, vault, change, by_file=by_file, now=now)
    for change in kept:
        hour_decisions.keep_hour(db, vault, change, by_file=by_file, now=now)
    return AnswerOutcome(errors={}, sentence=_describe(added, len(followed), len(same), len(kept)))


def _is_case(choice: str, caseload: Caseload) -> bool:
    return any(each.case_id.hex == choice for each in caseload.choices)


def _describe(added: int, changed: int, same: int, kept: int) -> str:
    done = [
        f"{words} {count}"
        for count, words in (
            (added, "sessions added:"),
            (changed, "sessions changed:"),
            (same, "entries that are sessions already:"),
            (kept, "sessions left as they are:"),
        )
        if count
    ]
    sentence = "; ".join(done) or "nothing was added or changed"
    return f"{sentence[:1].upper()}{sentence[1:]}."
