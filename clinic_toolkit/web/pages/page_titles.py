"""The kind of page, in a word or two, for its title. A title names neither person nor subject.

Titles appear in window lists, histories and on shared screens, and screen readers say them first. So a page
about fear or harm is called "Entry" like any other. A page that is not listed here has the program's name
only.
"""

from flask import request

# By blueprint, for every page that is not in `_TITLE_BY_ENDPOINT`.
_TITLE_BY_BLUEPRINT = {
    "lock": "Locked",
    "setup": "Set-up",
    "today": "Today",
    "preparation": "Before the hour",
    "clients": "Clients",
    "client_intake": "Clients",
    "cases": "Client",
    "relationships": "Relationship",
    "watched": "Question to watch",
    "sessions": "Session",
    "session_opening": "Session",
    "endings": "Before you end",
    "for_me": "For the clinician",
    "check_ins": "Check-in",
    "administrations": "Questionnaire",
    "whole_forms": "All questions",
    "guidance": "How to give it",
    "paper_forms": "Paper form",
    "open_lines": "Question",
    "handover": "Hand over",
    "results": "Result",
    "courses": "Over time",
    "rhythms": "Repeating",
    "risk_entries": "Entry",
    "consents": "Consents",
    "prompt_closing": "Entry",
    "hard_moments": "Plan",
    "treatment_plans": "Plan",
    "worksheets": "Worksheets",
    "own_worksheets": "Worksheets",
    "sheet_editor": "Worksheets",
    "worksheet_twins": "Worksheet",
    "handouts": "Worksheet",
    "packets": "Packet",
    "sheet_files": "Worksheet",
    "filled_sheets": "Worksheet",
    "notes": "Note",
    "psychotherapy_notes": "Psychotherapy notes",
    "psychotherapy_note_papers": "Psychotherapy notes",
    "note_signing": "Note",
    "note_additions": "Note",
    "unsigned_notes": "Unsigned notes",
    "questionnaires": "Questionnaires",
    "own_questionnaires": "Questionnaires",
    "previews": "Preview",
    "practice": "Your practice",
    "executor": "Executor",
    "new_keys": "New keys for everything",
    "audit": "Audit trail",
    "backup_offer": "Backups",
    "backups": "Backups",
    "client_returns": "Backups",
    "promises": "About your data",
    "confirm": "Passphrase",
    "condition": "Condition of the record",
    "paper_day": "When the computer fails",
    "joins": "Join two entries",
    "searches": "Search",
    "retention": "What is due",
    "erasures": "Keep or erase",
}
_TITLE_BY_ENDPOINT = {
    "clients.show": "Client",
    "retention.keep": "Keep or erase",
    "retention.rule": "How long records are kept",
    "clients.new": "New client",
    "clients.edit": "Client details",
    "relationships.new": "New relationship",
    "sessions.new": "New session",
    "questionnaire_choice.choose": "Choose a questionnaire",
    "administrations.introduction": "Introduction",
    "administrations.item": "Question",
    "administrations.pause": "A pause",
    "administrations.check": "Answers",
    "administrations.finished": "Finished",
    "handover.show": "Handed back",
    "handover.handed_back": "Handed back",
    "results.answers": "Answers",
    "results.together": "To look at together",
    "courses.together": "To look at together",
    "worksheets.show": "Worksheet",
    "worksheets.show_offered": "Worksheet",
    "worksheets.offer": "Give a worksheet",
    "worksheets.handout": "Worksheet",
    "questionnaires.show": "Questionnaire",
    # Endpoints of the app for a handed-over form.
    "welcome": "Welcome",
    "item": "Question",
    "pause": "A pause",
    "open_line": "Question",
    "check": "Answers",
    "finish": "Finish",
    "give_back": "Give back",
    "thanks": "Handed back",
}
TITLES = frozenset(_TITLE_BY_BLUEPRINT.values()) | frozenset(_TITLE_BY_ENDPOINT.values())


def page_title() -> str:
    """The title word for the requested page, or ""."""
    endpoint = request.endpoint or ""
    return _TITLE_BY_ENDPOINT.get(endpoint) or _TITLE_BY_BLUEPRINT.get(request.blueprint or "", "")
