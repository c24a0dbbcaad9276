"""Comments of tasks, and whom they mention."""
