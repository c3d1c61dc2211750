"""Backups of a whole practice: made from a snapshot, read back, checked, restored, and thinned out.

It owns the file of a backup, byte by byte, and never a key: what it copies is sealed already.
"""
