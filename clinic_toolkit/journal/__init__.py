"""The encrypted, versioned, audited store of any kind of record.

Holds the sealed versions, the audit log, the inventory derived from the log, and the checks that compare
them. Never uses clinical terms, HTTP or PDF, never commits, and never reads the clock.
"""
