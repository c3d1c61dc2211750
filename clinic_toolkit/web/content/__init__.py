"""Texts of pages as data: audit events in sentences, promises, the page for a day without the computer."""
