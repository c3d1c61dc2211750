"""The package as a whole: its layers, its style, its sizes, and what it ships."""
