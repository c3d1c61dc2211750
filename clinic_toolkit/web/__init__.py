"""The pages: gate, guards, forms, screens.

`app` puts a request through gate, guard and token; `context` gives a screen its store, keys and
time; `errors` maps error classes to statuses. Screens call verbs of `record` and render templates.
Nothing here decides a clinical rule, and no screen knows a key, a row or another screen.
"""
