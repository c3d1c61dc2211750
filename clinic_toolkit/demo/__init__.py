"""The demo: a made-up practice with about a dozen clients and six months of sessions.

It holds the content (`practice.toml`, `clients/`, `couples/`) and the code that records it: by calling the
functions of `record` in order, each with the time at which a clinician would have done it. Everyone and
everything in it is invented. It never touches a folder that holds a real practice. No other package imports
it; a start without `--demo` does not load it.
"""
