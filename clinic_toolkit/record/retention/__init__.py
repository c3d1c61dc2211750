"""How long a client's record is kept, and how it is erased: never by time alone, somebody always asks."""
