"""Handing a questionnaire to the client: the client's side, the clinician's side, and the returned answers.

The client's side never imports anything that can open another record.
"""
