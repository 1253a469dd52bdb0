"""Many workbooks: judged by a crew of processes, recorded, written to an outbox."""
