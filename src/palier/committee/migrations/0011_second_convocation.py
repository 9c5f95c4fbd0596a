"""What relaxes the quorum is the matter that missed it at the first session; a seat keeps its voice in writing whoever holds it."""

import django.db.models.deletion
from django.db import migrations, models

# Second sessions held before: all that they took over counted as having missed its quorum, and was counted so.
KNOWN = """
ALTER TABLE committee_item DISABLE TRIGGER USER;
UPDATE committee_item AS i SET missed_id = f.id
FROM committee_session AS s JOIN committee_item AS f ON f.session_id = s.first_id
WHERE s.id = i.session_id AND f.withdrawn_at IS NOT NULL AND (f.matter, f.title) = (i.matter, i.title);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE committee_item ENABLE TRIGGER USER;
"""
ITEM = """
DROP TRIGGER committee_item_asks_the_same ON committee_item;
CREATE TRIGGER committee_item_asks_the_same BEFORE UPDATE ON committee_item
    FOR EACH ROW WHEN (
        (NEW.session_id, NEW.matter, NEW.title, NEW.presentation, NEW.journey_id, NEW.firm_id, NEW.candidate_id, NEW.rule_set_id,
         NEW.grid, NEW.proposal, NEW.minutes_of_id{new})
        IS DISTINCT FROM
        (OLD.session_id, OLD.matter, OLD.title, OLD.presentation, OLD.journey_id, OLD.firm_id, OLD.candidate_id, OLD.rule_set_id,
         OLD.grid, OLD.proposal, OLD.minutes_of_id{old})
    ) EXECUTE FUNCTION committee_refuses();
"""
# Who holds each seat in writing at the close: who held it when the poll opened; after them who joined it since, and holds it
# still or has voted for it. Those are ranked from 1000: they vote, and hold no office of who was there before.
CLOSING = """
CREATE OR REPLACE FUNCTION committee_closing(poll bigint, close_at timestamptz) RETURNS jsonb LANGUAGE sql STABLE AS $$
WITH joined AS (
    SELECT m.seat_id, m.rank + 1000 AS rank, m.person_id
    FROM committee_poll AS p JOIN committee_item AS i ON i.id = p.item_id JOIN committee_session AS s ON s.id = i.session_id
    JOIN committee_mandate AS m ON m.committee_id = s.committee_id
    WHERE p.id = poll AND s.written
      AND (EXISTS (SELECT FROM committee_ballot AS b WHERE b.poll_id = p.id AND b.mandate_id = m.id)
           OR (m.starts_on <= (close_at AT TIME ZONE 'Europe/Paris')::date
               AND (m.ends_on IS NULL OR m.ends_on >= (close_at AT TIME ZONE 'Europe/Paris')::date)))
      AND NOT EXISTS (
          SELECT FROM jsonb_array_elements(p.opening->'seats') AS o, jsonb_array_elements(o->'holders') AS h
          WHERE (o->>'seat')::bigint = m.seat_id AND (h->>1)::bigint = m.person_id)
)
SELECT p.opening || jsonb_build_object(
    'close_at', (extract(epoch FROM close_at) * 1000000)::bigint,
    'seats', coalesce((SELECT jsonb_agg(o || jsonb_build_object('holders', o->'holders' || coalesce(
                 (SELECT jsonb_agg(jsonb_build_array(j.rank, j.person_id) ORDER BY j.rank, j.person_id)
                  FROM (SELECT seat_id, min(rank) AS rank, person_id FROM joined GROUP BY 1, 3) AS j
                  WHERE j.seat_id = (o->>'seat')::bigint), '[]')) ORDER BY n)
              FROM jsonb_array_elements(p.opening->'seats') WITH ORDINALITY AS x(o, n)), '[]'),
    'moves', coalesce((SELECT jsonb_agg(jsonb_build_array(
                  m.person_id, CASE WHEN v.inside THEN 'in' ELSE 'out' END, (extract(epoch FROM v.at) * 1000000)::bigint
              ) ORDER BY v.id) FROM committee_move AS v JOIN committee_mandate AS m ON m.id = v.mandate_id
              WHERE v.session_id = i.session_id), '[]'),
    'ballots', coalesce((SELECT jsonb_agg(jsonb_build_array(b.seat_id, b.by_id, b.choice)) FROM (
                    SELECT DISTINCT ON (seat_id) seat_id, by_id, choice FROM committee_ballot
                    WHERE poll_id = poll ORDER BY seat_id, version DESC
                ) AS b), '[]')
) FROM committee_poll AS p JOIN committee_item AS i ON i.id = p.item_id WHERE p.id = poll
$$;
"""
BALLOT = """
CREATE OR REPLACE FUNCTION committee_ballot_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed timestamptz;
    in_writing boolean;
    day date := (NEW.at AT TIME ZONE 'Europe/Paris')::date;
BEGIN
    SELECT closed_at INTO closed FROM committee_poll WHERE id = NEW.poll_id FOR SHARE;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'the poll is closed' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT s.written INTO in_writing FROM committee_poll AS p JOIN committee_item AS i ON i.id = p.item_id
        JOIN committee_session AS s ON s.id = i.session_id WHERE p.id = NEW.poll_id;
    IF in_writing AND NOT EXISTS (
        SELECT FROM committee_mandate AS m WHERE m.id = NEW.mandate_id AND m.person_id = NEW.by_id AND m.seat_id = NEW.seat_id
          AND m.starts_on <= day AND (m.ends_on IS NULL OR m.ends_on >= day)
    ) THEN
        RAISE EXCEPTION 'the seat is not held by who votes for it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM committee_ballot AS b JOIN committee_mandate AS m ON m.id = b.mandate_id
        WHERE b.poll_id = NEW.poll_id AND b.seat_id = NEW.seat_id AND b.by_id <> NEW.by_id
          AND NOT (in_writing AND m.ends_on IS NOT NULL AND m.ends_on < day)
    ) THEN
        RAISE EXCEPTION 'the seat has voted by somebody else' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version <> 1 + (SELECT count(*) FROM committee_ballot WHERE poll_id = NEW.poll_id AND seat_id = NEW.seat_id) THEN
        RAISE EXCEPTION 'versions of a ballot follow each other' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
SCENE = """
DO $do$
BEGIN
    EXECUTE replace(pg_get_functiondef('committee_scene(bigint)'::regprocedure), '{old}', '{new}');
END $do$;
"""
FIRST, MISSED = "s.first_id IS NOT NULL AS second", "i.missed_id IS NOT NULL AS second"


class Migration(migrations.Migration):
    """The quorum and the voice, by matter and by seat."""

    dependencies = [("committee", "0010_boards_and_groups")]
    operations = [
        migrations.AddField(
            model_name="item",
            name="missed",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="committee.item"
            ),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL(
            ITEM.format(new=", NEW.missed_id", old=", OLD.missed_id") + SCENE.format(old=FIRST, new=MISSED) + CLOSING + BALLOT,
            ITEM.format(new="", old="") + SCENE.format(old=MISSED, new=FIRST),
        ),
    ]
