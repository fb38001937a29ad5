"""What is fast, measured: real servers, real HTTP, a real PostgreSQL. `make bench` runs it."""
