"""The practice, its clients, their cases and relationships, and the therapy sessions."""
