"""Jobs with human workers: what is checked, who answers, what is written."""
