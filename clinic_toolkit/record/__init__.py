"""The clinical record: tables and verbs, one noun of the clinic a file.

Owns what is kept about clients, hours, questionnaires and notes, and who may change it when. Verbs
take `db, vault, …, now`, never commit, and give back frozen values; rows never leave this room.
Never: HTTP, PDF, a clock of its own.
"""
