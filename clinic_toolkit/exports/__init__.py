"""Data that leaves as a file: a frozen value in, bytes out. Never reads the record, a key or a setting."""
