"""What answers say: results, check-ins, courses over time, and agreements about repeating."""
