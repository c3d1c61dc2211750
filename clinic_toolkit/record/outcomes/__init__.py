"""What is computed from answers: results, check-ins, courses over time; and agreements about repeating."""
