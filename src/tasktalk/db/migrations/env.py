"""Alembic's entry: runs on the connection that tasktalk.db.migrate hands in; SQL in files, no models to compare."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
