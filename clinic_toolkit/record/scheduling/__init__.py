"""Hours that repeat, and the days on which the practice is closed. It computes hours and never stores one."""
