"""Progress notes, the facts signed with them, drafts of forms, and worksheets given to clients."""
