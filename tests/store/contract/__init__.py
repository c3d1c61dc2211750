"""What every engine of the store has to pass: SQLite, the twin in memory, and those to come.

An engine is added to `ENGINES` in `engines.py`, and nowhere else. The tests ask only through
`store.protocol` and `EngineUnderTest`.
"""
