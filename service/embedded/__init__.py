"""The embedded run: everything that `ombuds up` needs beside the service itself, in one supervised process tree."""
