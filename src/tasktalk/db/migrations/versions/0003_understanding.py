"""What a turn needs from outside: files, heard words, a model's reading; questions that are open."""

from tasktalk.db.migrate import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql_beside(__file__)
