"""The database file: engine, column types, pragmas, schema check, anchor and the lock on the data folder.

It knows tables and transactions, and turns the errors of SQLite into messages for people. It defines no
table of its own, holds no key and never sees plaintext.
"""
