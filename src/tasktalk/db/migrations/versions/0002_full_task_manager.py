"""Sections, labels, comments, reminders, relations, files, sharing, notices; the journal of all of them."""

from tasktalk.db.migrate import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql_beside(__file__)
