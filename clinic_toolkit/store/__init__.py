"""The store of rows: its folder and lock, its tables, what a lost save looks like, its errors for people.

It knows tables and transactions. It defines no table of its own, holds no key and never sees plaintext.
What belongs to one database engine lies in the folder of that engine, but for the names of its files.
"""
