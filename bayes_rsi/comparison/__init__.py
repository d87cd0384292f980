"""Our forecast beside other people's, and beside our own under other evidence and judgements."""
