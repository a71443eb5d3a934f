"""What the tests stand on: the program's runner, the services at the far end, the canaries."""
