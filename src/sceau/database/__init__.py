"""Few statements, built once a process: how hot rows are written and hot questions asked, on both databases."""
