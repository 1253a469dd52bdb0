"""A submission to a judgement: scores, checks, diagnosis, rounds."""
