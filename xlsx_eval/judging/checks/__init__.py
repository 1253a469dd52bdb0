"""What can be wrong with a submission: small functions that pass over what is not theirs."""
