"""The second counter: derives who sits and counts the ballots in SQL, from the same record as the first and by another road.

``committee_second_count`` reads a scene (see ``rules/scenes.py``) and answers with the same figures. It shares no code with
the first counter: sets instead of loops, exact integers instead of fractions.
"""

from django.db import migrations

COUNT = """
CREATE FUNCTION committee_second_count(scene jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
WITH given AS MATERIALIZED (
    SELECT (scene->>'matter_at')::bigint AS matter_at, (scene->>'poll_at')::bigint AS poll_at,
           (scene->>'close_at')::bigint AS close_at, (scene->>'written')::boolean AS written,
           (scene->>'second')::boolean AS second, (scene->>'opened')::int AS opened,
           (scene->>'designated')::bigint AS designated,
           (scene->'terms'->>'vice_votes')::boolean AS vice_votes,
           (scene->'terms'->>'casting_vote')::boolean AS casting_vote,
           (scene->'terms'->>'abstentions_count')::boolean AS abstentions_count,
           CASE WHEN (scene->>'second')::boolean THEN scene->'terms'->'second_quorum'
                ELSE scene->'terms'->'quorum' END AS quorum,
           coalesce(scene->'terms'->'majorities'->(scene->>'matter'), scene->'terms'->'majority') AS majority
), seat AS MATERIALIZED (
    SELECT (s->>'seat')::int AS seat, (s->>'voting')::boolean AS voting, s->>'office' AS office,
           (s->'proxy'->>0)::bigint AS giver, (s->'proxy'->>1)::bigint AS carrier, s->'holders' AS holders
    FROM jsonb_array_elements(scene->'seats') AS s
), holder AS MATERIALIZED (
    SELECT seat.seat, (h->>0)::int AS rank, (h->>1)::bigint AS person, r.reach
    FROM seat CROSS JOIN jsonb_array_elements(seat.holders) AS h
    LEFT JOIN (SELECT (x->>0)::bigint AS person, x->>1 AS reach FROM jsonb_array_elements(scene->'recused') AS x) AS r
        ON r.person = (h->>1)::bigint
), recused AS (
    SELECT (x->>0)::bigint AS person FROM jsonb_array_elements(scene->'recused') AS x
), move AS MATERIALIZED (
    SELECT (m->>0)::bigint AS person, m->>1 AS way, (m->>2)::bigint AS at, place
    FROM jsonb_array_elements(scene->'moves') WITH ORDINALITY AS x(m, place)
), entered AS MATERIALIZED (
    SELECT latest.person FROM (
        SELECT DISTINCT ON (person) person, way FROM move, given WHERE move.at <= given.matter_at
        ORDER BY person, place DESC
    ) AS latest WHERE latest.way = 'in'
), left_at AS MATERIALIZED (
    SELECT person, min(at) AS at FROM move, given WHERE way = 'out' AND at > given.matter_at GROUP BY person
), here AS MATERIALIZED (
    SELECT entered.person, left_at.at AS until FROM entered LEFT JOIN left_at USING (person), given
    WHERE left_at.at IS NULL OR left_at.at > given.poll_at
), ballot AS MATERIALIZED (
    SELECT (b->>0)::int AS seat, (b->>1)::bigint AS person, b->>2 AS choice
    FROM jsonb_array_elements(scene->'ballots') AS b
), sitter AS MATERIALIZED (
    SELECT DISTINCT ON (h.seat) h.seat, h.person, h.rank
    FROM holder AS h, given
    WHERE h.reach IS NULL
      AND NOT EXISTS (SELECT FROM holder AS i WHERE i.seat = h.seat AND i.reach = 'institutional')
      AND CASE WHEN given.written
               THEN EXISTS (SELECT FROM ballot WHERE ballot.seat = h.seat AND ballot.person = h.person)
               ELSE EXISTS (SELECT FROM here WHERE here.person = h.person) END
    ORDER BY h.seat, h.rank
), emptied AS (
    -- Nobody sits there because of a recusal: no proxy fills it.
    SELECT h.seat FROM holder AS h, given
    GROUP BY h.seat, given.written
    HAVING bool_or(h.reach = 'institutional')
        OR (given.written AND bool_and(h.reach IS NOT NULL))
        OR (NOT given.written AND bool_or(h.person IN (SELECT person FROM here)))
), held AS MATERIALIZED (
    SELECT seat.seat, seat.voting, seat.office, sitter.rank,
           CASE WHEN sitter.seat IS NOT NULL THEN 'sits' WHEN carried.seat IS NOT NULL THEN 'proxy' END AS hold,
           coalesce(sitter.person, carried.person) AS person
    FROM seat LEFT JOIN sitter USING (seat)
    LEFT JOIN (
        SELECT s.seat, s.carrier AS person FROM seat AS s
        WHERE s.carrier IN (SELECT person FROM sitter) AND s.giver NOT IN (SELECT person FROM recused)
          AND s.seat NOT IN (SELECT seat FROM emptied) AND s.seat NOT IN (SELECT seat FROM sitter)
    ) AS carried USING (seat)
), in_room AS (
    SELECT seat FROM held, given
    WHERE NOT given.written AND hold = 'sits' AND (rank = 0 AND office IS NOT NULL OR held.person = given.designated)
    ORDER BY CASE WHEN rank = 0 AND office = 'president' THEN 0
                  WHEN rank = 0 AND office = 'vice_president' THEN 1 ELSE 2 END, seat
    LIMIT 1
), in_writing AS (
    -- Known from the start, whoever votes: the titular who holds the office and is not recused.
    SELECT h.seat FROM holder AS h JOIN seat USING (seat), given
    WHERE given.written AND h.rank = 0 AND seat.office IS NOT NULL AND h.reach IS NULL
      AND NOT EXISTS (SELECT FROM holder AS i WHERE i.seat = h.seat AND i.reach = 'institutional')
    ORDER BY seat.office = 'vice_president', h.seat
    LIMIT 1
), chair AS MATERIALIZED (
    SELECT seat FROM in_room
    UNION ALL
    SELECT seat FROM in_writing JOIN held USING (seat) WHERE coalesce(held.rank, 0) = 0
), voiced AS MATERIALIZED (
    SELECT held.*, chair.seat IS NOT NULL AS presides, b.choice
    FROM held LEFT JOIN chair USING (seat) LEFT JOIN ballot AS b USING (seat), given
    WHERE held.voting
      AND (given.vice_votes OR chair.seat IS NOT NULL
           OR held.office IS DISTINCT FROM 'vice_president' OR coalesce(held.rank, 0) > 0)
), figures AS MATERIALIZED (
    SELECT count(*) AS voices,
           count(*) FILTER (WHERE hold = 'sits') AS present,
           count(*) FILTER (WHERE choice = 'for') AS yes,
           count(*) FILTER (WHERE choice = 'against') AS against,
           count(*) FILTER (WHERE choice = 'abstention') AS abstentions,
           count(*) FILTER (WHERE hold IS NOT NULL AND (
               choice IS NOT NULL OR given.written
               OR EXISTS (SELECT FROM here WHERE here.person = voiced.person
                          AND (here.until IS NULL OR here.until > given.close_at))
           )) AS sitting,
           max(choice) FILTER (WHERE presides) AS chair_choice
    FROM voiced, given
), stray AS (
    SELECT count(*) AS n FROM ballot AS b LEFT JOIN voiced AS v USING (seat)
    WHERE v.hold IS NULL OR v.person <> b.person
), needs AS MATERIALIZED (
    SELECT CASE WHEN jsonb_typeof(given.quorum) IS DISTINCT FROM 'object' THEN 1 ELSE
               committee_least(given.quorum, CASE WHEN given.quorum->>'of' = 'sitting' THEN given.opened ELSE voices END)
           END AS quorum,
           committee_least(given.majority, CASE WHEN given.majority->>'of' = 'sitting' THEN sitting ELSE
               yes + against + CASE WHEN given.abstentions_count THEN abstentions ELSE 0 END END) AS majority,
           given.casting_vote AND NOT given.abstentions_count AND given.majority->>'of' = 'cast'
               AND given.majority->>'share' = '1/2' AND (given.majority->>'strict')::boolean
               AND yes = against AND yes > 0 AS divided
    FROM figures, given
)
SELECT CASE WHEN stray.n > 0 THEN jsonb_build_object('result', 'stray') ELSE jsonb_build_object(
    'result', CASE WHEN present < needs.quorum THEN 'no_quorum'
                   WHEN divided THEN CASE WHEN chair_choice = 'for' THEN 'adopted' ELSE 'rejected' END
                   WHEN yes >= needs.majority THEN 'adopted' ELSE 'rejected' END,
    'for', yes, 'against', against, 'abstentions', abstentions, 'needed', needs.majority,
    'casting', present >= needs.quorum AND divided AND coalesce(chair_choice IN ('for', 'against'), false)
) END
FROM figures, needs, stray
$$;
"""

LEAST = """
CREATE FUNCTION committee_least(asked jsonb, whole bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(1, CASE WHEN (asked->>'strict')::boolean THEN num * whole / den + 1
                            ELSE (num * whole + den - 1) / den END)
    FROM (SELECT split_part(asked->>'share', '/', 1)::bigint AS num,
                 coalesce(nullif(split_part(asked->>'share', '/', 2), ''), '1')::bigint AS den) AS share
$$;
"""


class Migration(migrations.Migration):
    """Counted twice, or not closed."""

    dependencies = [("committee", "0003_sessions")]
    operations = [
        migrations.RunSQL(LEAST, "DROP FUNCTION committee_least(jsonb, bigint)"),
        migrations.RunSQL(COUNT, "DROP FUNCTION committee_second_count(jsonb)"),
    ]
