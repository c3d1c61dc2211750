"""The pages: the Flask apps of the clinician and of a form that was handed over.

`app` puts a request through the perimeter, the guard and the form token; `context` gives a screen its
store, keys and time; `error_pages` maps error classes to statuses. Screens call verbs of `record` and
render templates. Nothing here decides a clinical rule, and no screen knows a key, a row or another
screen.
"""
