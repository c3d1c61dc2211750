"""Worksheets as data: the model, reading and checking the files, and the catalogue.

Holds `Worksheet` and its blocks, and reads the folder `worksheets/`. It never renders a page, never knows who
was given a sheet, and never decides which one fits (`psychometrics/worksheet_offers.py`). It also lists the
fields of a sheet and reads a filled file, in the process without keys (`filled_file.py`).
"""
