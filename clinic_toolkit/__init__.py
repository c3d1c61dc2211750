"""Clinic toolkit: the record of a psychotherapy practice, sealed, on one machine.

The map of the house. A module imports only from floors below its own; tests hold this picture to
the code.

    9  cli            the start, the keeper, the worker, the parser
    8  web, demo      gate, guards, forms, screens; the made-up practice
    7  documents      frozen values in, PDF bytes out
    6  record         the clinical record: a noun a file, its table and its verbs together
    5  vault          the one door to plaintext: slots, rings, seal and open
    4  store          the one file on the disk: engine, types, transactions
       psychometrics  missing answers, scores, true words; pure functions
    3  crypto         one seal, one encoding, signatures, derivation of keys
       instruments    questionnaires as data
       worksheets     sheets for clients as data
    2  settings       the configuration, read once
    1  errors, paths  the base error; where things lie
       checked        files checked once on a machine, kept in their checked form
       marks          how many marks a letter may carry
       toml_limits    what a TOML file may hold, judged before it is parsed

A request goes down: `web/app.py` (gate, guard, token) to a screen, to a verb of `record`, to
`vault` and `store`. Values come up frozen. Keys live in a worker process
(`cli/worker.py`) and end with it.
"""

__version__ = "0.1.0"
