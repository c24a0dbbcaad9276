"""Tasks from elsewhere: our own exports, Todoist's and Vikunja's; tried first, made once, taken back as one."""
