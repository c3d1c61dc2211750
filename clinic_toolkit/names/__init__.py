"""Names of people: letters as people count them, initials for a page that others see, and finding.

All rules about names stand here, for every script, without I/O. Never owns whose a name is.
"""
