"""The clinical record by subject: what is stored about clients, sessions, questionnaires and notes.

Functions take `db, vault, …, now`, never commit, and return frozen values; database rows never leave the
journal. From the lowest package up: `values`, `people`, `questionnaires`, `handovers`, `safety`, `outcomes`,
`writing`, `retention`; each imports only those before it. Never uses HTTP or PDF, and never asks what time it
is: how long something takes is all that it measures.
"""
