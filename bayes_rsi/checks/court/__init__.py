"""The court: what was forecast from an earlier day against what became known later."""
