"""The demo: a made-up practice with about a dozen clients and six months of hours.

Owns the content (`practice.toml`, `clients/`, `couples/`) and the way it enters the record: through
the record's own verbs, one after the other, each at the time at which it would have been done.
Everyone and everything in it is invented. It never touches a folder that holds a real practice, and
nothing else imports it: a start without `--demo` does not even load it.
"""
