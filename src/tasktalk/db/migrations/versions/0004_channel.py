"""Who is linked, how each message can go, templates, the health of numbers."""

from tasktalk.db.migrate import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql_beside(__file__)
