"""Pictures from outside: decoded in the process without keys, given back as bare dots. No record."""
