"""Sentences that stand on screens, in notes and on paper in the same words."""

STATUS_LINE = "Written by this project. Not validated. No norms. For conversation, not for diagnosis."
CLIENT_LINE = "A conversation aid, not a test."
CHANGED_LATER = "Changed after the note was signed"
ADDED_LATER = "Added after the note was signed"
NOT_PART_OF_NOTE = "This is not part of the signed note."
SOME_UNREADABLE = "Some of the record cannot be read at the moment, so a later change may be missing here."
KEPT_APART = "Kept apart from the record; not part of it."
