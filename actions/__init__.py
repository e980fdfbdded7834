"""What a person can do, one function each: authorise, load, compute, suppress, record, return."""
