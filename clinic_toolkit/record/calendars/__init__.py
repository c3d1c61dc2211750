"""Hours of a calendar file: whom they belong to, and what changed; and one's own hours as a file."""
