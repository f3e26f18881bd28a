"""Keep the runs of a build."""

import sqlalchemy as sa
from alembic import op

revision = "0006_add_runs"
down_revision = "0005_add_branches"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("branch", sa.String(200), nullable=False),
        sa.Column("phase_id", sa.String(120), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_runs_branch", "runs", ["branch"])


def downgrade():
    op.drop_index("ix_runs_branch", table_name="runs")
    op.drop_table("runs")
