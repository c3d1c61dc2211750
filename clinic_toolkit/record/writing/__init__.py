"""What is written and given: progress notes, what was signed with them, drafts of forms, worksheets given."""
