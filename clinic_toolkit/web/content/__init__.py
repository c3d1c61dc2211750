"""Page texts as data: sentences for audit events, promises, the page for a day without the computer."""
