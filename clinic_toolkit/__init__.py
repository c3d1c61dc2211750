"""Clinic toolkit: the encrypted record of a psychotherapy practice, on one machine.

The layers of the package. A module imports only from layers below its own; tests compare this table with
the code.

   10  cli               the start, the keeper, the worker, the parser
    9  web, demo         perimeter, access, forms, screens; the made-up practice
    8  documents         frozen values in, PDF bytes out
       backup            the file of a backup: made, checked, restored
    7  record            the clinical record by subject: people, questionnaires, handovers, safety,
                         outcomes, writing, retention
    6  journal           the encrypted, versioned, audited store of any kind of record
    5  vault             the one door to plaintext: key slots, rings, seal and open
    4  store             rows and transactions, behind one protocol; SQLite is its engine
       psychometrics     missing answers, scores, true words; pure functions
    3  crypto            one seal, one encoding, signatures, derivation of keys
       instruments       questionnaires as data
       note_formats      formats of notes as data
       worksheets        sheets for clients as data
    2  settings          the configuration, read once
       start_commands    the command that starts the program, as a person types it
    1  errors, paths     the base error; where things lie
       combining_marks   how many marks a letter may carry
       dates             dates and times as people write them
       definition_cache  definition files, validated once on a machine and kept in that form
       names             names of people: letters, initials, finding
       plain_text        the text of a file, whichever editor saved it
       standing_sentences  the sentences that screens and paper say in the same words
       toml_limits       what a TOML file may hold, judged before it is parsed

A request goes down from `web/app.py` (perimeter, guard, form token) to a screen, to a function of `record`,
and to `journal`, `vault` and `store`; frozen values come back up. Keys exist only in a worker process
(`cli/worker.py`) and end with it.
"""

__version__ = "0.1.0"
