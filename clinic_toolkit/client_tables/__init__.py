"""Tables of clients that another program gave out as a file: read, and their columns recognised.

Owns the reading of CSV text and the names that other programs give their columns. Never knows what a client's
record is: that is decided by the form that reads a row.
"""
