"""What must hold, as tests."""
