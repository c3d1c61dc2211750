"""A small sheet without a mistake, for tests that put one in."""

SAMPLE = b"""\
slug = "sample"
number = 1
version = "3"
language = "en"
title = "Want to, have to"
side = "giving"
path_step = "notice"
facets = ["OG2"]
minutes = "15 minutes"
total_minutes = 15
needs_fear_asked = true
why = "We do things for more than one reason."
try_this = ["Write down eight things.", "Tick a box for each one."]
example = "Drove someone home: some of both."
if_it_gets_hard = "Stop where you are."
bring_back = "The sheet."
aim = "To tell wish from pressure."
when_not_to_use = "Where doing less could bring punishment."
review_prompts = ["Which box surprised you?"]
evidence = "This sheet has not been tested."

[[blocks]]
kind = "table"
label = "Things I did"
columns = ["What I did", "Wanted to", "Some of both", "Had to"]
rows = 8
numbered = true
tick_columns = [1, 2, 3]

[[blocks]]
kind = "lines"
label = "The one I circled"
count = 2
"""
