"""One module per platform. A spider registers by being in this folder."""
