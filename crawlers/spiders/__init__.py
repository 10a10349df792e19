"""One module a platform. A spider registers by standing here."""
