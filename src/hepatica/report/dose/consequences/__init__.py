"""Cards of what follows from a dose: harms and transplants, what to learn next, whom it helps."""
