"""The encrypted, versioned, audited store of any kind of record.

Owns the sealed versions, the audit log, the inventory that the log adds up to, and the checks of one
against the other. Never: a clinical word, HTTP, PDF, a commit or a clock of its own.
"""
