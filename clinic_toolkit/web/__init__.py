"""The pages: the Flask apps of the clinician and of a form that was handed over.

`app` checks a request at the perimeter, the guard and the CSRF token; `context` gives a screen its store,
keys and time; `error_pages` maps error classes to HTTP statuses. Screens call functions of `record` and
render templates. No clinical rule is decided here, and no screen uses a key, a database row or another
screen.
"""
