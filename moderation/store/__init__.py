"""Reading and writing the record: all SQL stands here, a module a noun."""
