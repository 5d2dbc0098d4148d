"""What is seen in a real browser; a package, so that browser and JupyterLab end with its last test."""
