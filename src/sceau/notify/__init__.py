"""Plain mails that say that something waits, never what."""
