"""The store in one SQLite file: connections, pragmas, schema check, statements, anchor, copies of the log."""
