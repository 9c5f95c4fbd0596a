"""Who was there when the matter opened and comes back sits again; who came since sits for a seat that nobody else holds."""

from django.db import migrations

STAYED = """left_at AS MATERIALIZED (
    SELECT person, min(at) AS at FROM move, given WHERE way = 'out' AND at > given.matter_at GROUP BY person
), here AS MATERIALIZED (
    SELECT entered.person, left_at.at AS until FROM entered LEFT JOIN left_at USING (person), given
    WHERE left_at.at IS NULL OR left_at.at > given.poll_at
)"""
BACK = """here AS MATERIALIZED (
    -- Those of the poll's opening: turn 0 if they were at the matter's, else the place of the entry since their last exit.
    SELECT person, CASE WHEN person IN (SELECT person FROM entered) THEN 0 ELSE min(place) END AS turn
    FROM move AS m, given
    WHERE at <= given.poll_at AND NOT EXISTS (
        SELECT FROM move AS o WHERE o.person = m.person AND o.way = 'out' AND o.at <= given.poll_at AND o.place >= m.place)
    GROUP BY person
), still AS MATERIALIZED (
    SELECT latest.person FROM (
        SELECT DISTINCT ON (person) person, way FROM move, given WHERE move.at <= given.close_at
        ORDER BY person, place DESC
    ) AS latest WHERE latest.way = 'in'
)"""
CHANGES = [
    (STAYED, BACK),
    (
        "ORDER BY h.seat, h.rank\n",
        "ORDER BY h.seat, coalesce((SELECT turn FROM here WHERE here.person = h.person), 0), h.rank\n",
    ),
    (
        """EXISTS (SELECT FROM here WHERE here.person = voiced.person
                          AND (here.until IS NULL OR here.until > given.close_at))""",
        "EXISTS (SELECT FROM still WHERE still.person = voiced.person)",
    ),
]


def _change(*, back: bool) -> str:
    """The whole function in one go: PostgreSQL reads its body each time that it is replaced."""
    body = "pg_get_functiondef('committee_second_count(jsonb)'::regprocedure)"
    for change in CHANGES:
        old, new = reversed(change) if back else change
        body = f"replace({body}, $x${old}$x$, $x${new}$x$)"
    return f"DO $do$ BEGIN EXECUTE {body}; END $do$;"


class Migration(migrations.Migration):
    """The second counter, as the first."""

    dependencies = [("committee", "0014_what_a_decision_was_recorded_from")]
    operations = [migrations.RunSQL(_change(back=False), _change(back=True))]
