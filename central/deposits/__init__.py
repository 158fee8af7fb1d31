"""Documents from the clerk's registration to their end, and the terms within which they are collected."""
