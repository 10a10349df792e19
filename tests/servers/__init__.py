"""The real servers the test suite starts on loopback."""
