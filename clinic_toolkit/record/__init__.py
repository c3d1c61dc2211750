"""The clinical record by subject: what is kept about clients, sessions, questionnaires and notes.

Verbs take `db, vault, …, now`, never commit, and return frozen values; rows never leave the journal.
From the lowest: `values`, `people`, `questionnaires`, `handovers`, `safety`, `outcomes`, `writing`;
each imports only those before it. Never: HTTP, PDF, a clock of its own.
"""
