"""What engines hand out: outcomes declared once, tables checked on writing, and a manifest enough to run again."""
