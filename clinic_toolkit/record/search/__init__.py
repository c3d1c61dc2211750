"""Searching what was written: over one client or all of them, in memory; never writes, and keeps no index."""
