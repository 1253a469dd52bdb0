"""What is drawn for people: annotated workbooks, the summary, receipts."""
