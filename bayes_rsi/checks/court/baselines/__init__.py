"""Simple forecasters, on exactly the evidence that the model sees, each with its formula."""
