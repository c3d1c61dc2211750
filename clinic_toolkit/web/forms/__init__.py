"""Forms: their fields, validation rules and error messages.

WTForms validates; templates render the fields, because rendering a questionnaire page with WTForms takes
sixteen times as long. Clinical rules belong in `record`, never here.
"""
