"""`ivr top`: calls, queues and the line on a terminal, and what an operator can do to them."""
