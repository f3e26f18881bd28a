"""Keep waivers, and what was decided about each.

The table mirrors ``gatehouse.waivers.Waiver``. A waiver that was granted
cannot lack the one who granted it; the database checks that as well, since
the JSON lines of small deployments are imported with a script.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_add_waivers"
down_revision = "0006_add_runs"
branch_labels = None
depends_on = None

STATES = ("requested", "granted", "denied", "withdrawn")


def upgrade():
    op.create_table(
        "waivers",
        sa.Column("waiver_id", sa.String(64), primary_key=True),
        sa.Column("branch", sa.String(200), nullable=False),
        sa.Column("check", sa.String(200), nullable=False),
        sa.Column("requested_by", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="waiver_state"),
            nullable=False,
            server_default="requested",
        ),
        sa.Column("decided_by", sa.String(120)),
        sa.Column("comment", sa.Text, nullable=False, server_default=""),
        sa.CheckConstraint(
            "state <> 'granted' OR decided_by IS NOT NULL",
            name="ck_waivers_granted_by",
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> requested_by "
            "OR state = 'withdrawn'",
            name="ck_waivers_not_by_oneself",
        ),
    )
    op.create_index("ix_waivers_lookup", "waivers", ["branch", "check"])
    op.add_column(
        "runs",
        sa.Column("waived", sa.Integer, nullable=False, server_default="0"),
    )


def downgrade():
    op.drop_column("runs", "waived")
    op.drop_index("ix_waivers_lookup", table_name="waivers")
    op.drop_table("waivers")
    sa.Enum(name="waiver_state").drop(op.get_bind(), checkfirst=True)
