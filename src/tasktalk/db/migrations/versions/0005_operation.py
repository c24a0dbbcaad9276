"""Running it for years: two-factor, alerts, outgoing webhooks, feeds, backups, a chained audit log."""

from tasktalk.db.migrate import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql_beside(__file__)
