"""Forms: what may be typed where, and the sentence for what may not.

WTForms checks; templates draw (drawing a questionnaire page by WTForms costs sixteen times as much).
Never: rules of the clinic, which live in `record`.
"""
