"""A questionnaire in the client's hands: the client's side, the clinician's side, and what came back.

Never: the client's side imports nothing that opens another record.
"""
