"""Safety prompts, risk entries, and which worksheets stay in the room."""
