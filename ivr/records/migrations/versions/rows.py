"""The call book as it was before it knew of migrations: a row a call, and how it was waited."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; call books that are older than this step have one of them, or both."""
    op.execute(
        """
        create table if not exists calls (
            call text primary key, run text not null,
            started text not null, answered text, ended text,
            flow text not null, version text not null, path text not null,
            outcome text, reason text, queue text not null, handoff text,
            turns integer not null, latencies_ms text not null,
            recording text not null, recording_stopped integer not null
        )
        """
    )
    op.execute(
        """
        create table if not exists waits (
            call text primary key, waited real not null, priority text not null,
            agent text not null, refusals text not null, troubles text not null
        )
        """
    )
