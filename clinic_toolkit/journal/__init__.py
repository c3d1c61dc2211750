"""The encrypted, versioned, audited store of any kind of record.

Holds the sealed versions, the audit log, the inventory derived from the log, and the checks that compare
them. Never uses clinical terms, HTTP or PDF, never commits, and never asks what time it is: how long
something takes is all that it measures.
"""
