"""The house as a whole: its floors, its style, its sizes, and what it ships."""
