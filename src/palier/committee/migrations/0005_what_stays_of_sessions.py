"""What the database itself holds of sessions: ballots in time and one person a seat; nothing of a vote changes or goes."""

from django.db import migrations

FROZEN = ("dossier", "seatreply", "declaration", "conflictreview", "move", "rollline", "ballot", "voiding")
STAYS = "".join(
    f"""
CREATE TRIGGER committee_{table}_stays BEFORE UPDATE OR DELETE ON committee_{table}
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();"""
    for table in FROZEN
)
HOLD = """
CREATE TRIGGER committee_poll_stays BEFORE UPDATE ON committee_poll
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_poll_asks_the_same BEFORE UPDATE ON committee_poll
    FOR EACH ROW WHEN (
        (NEW.item_id, NEW.number, NEW.motion, NEW.outcome, NEW.conditions, NEW.reasons, NEW.opening, NEW.terms_id, NEW.opened_at)
        IS DISTINCT FROM
        (OLD.item_id, OLD.number, OLD.motion, OLD.outcome, OLD.conditions, OLD.reasons, OLD.opening, OLD.terms_id, OLD.opened_at)
    ) EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_session_opened_once BEFORE UPDATE ON committee_session
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL OR OLD.opened_at IS NOT NULL
                       AND (NEW.opened_at, NEW.opened_seats) IS DISTINCT FROM (OLD.opened_at, OLD.opened_seats))
    EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_proxy_stays BEFORE UPDATE ON committee_proxy
    FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL OR NEW.session_id <> OLD.session_id OR NEW.giver_id <> OLD.giver_id
                       OR NEW.carrier_id <> OLD.carrier_id)
    EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_poll_never_goes BEFORE DELETE ON committee_poll
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_session_never_goes BEFORE DELETE ON committee_session
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_item_never_goes BEFORE DELETE ON committee_item
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_proxy_never_goes BEFORE DELETE ON committee_proxy
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_item_stays BEFORE UPDATE ON committee_item
    FOR EACH ROW WHEN (OLD.concluded_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_recusal_stays BEFORE UPDATE ON committee_recusal
    FOR EACH ROW WHEN (OLD.lifted_at IS NOT NULL OR NEW.item_id <> OLD.item_id OR NEW.mandate_id <> OLD.mandate_id
                       OR NEW.reach <> OLD.reach OR NEW.because <> OLD.because)
    EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_recusal_never_goes BEFORE DELETE ON committee_recusal
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
CREATE FUNCTION committee_ballot_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed timestamptz;
BEGIN
    SELECT closed_at INTO closed FROM committee_poll WHERE id = NEW.poll_id FOR SHARE;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'the poll is closed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM committee_ballot WHERE poll_id = NEW.poll_id AND seat_id = NEW.seat_id AND by_id <> NEW.by_id) THEN
        RAISE EXCEPTION 'the seat has voted by somebody else' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.version <> 1 + (SELECT count(*) FROM committee_ballot WHERE poll_id = NEW.poll_id AND seat_id = NEW.seat_id) THEN
        RAISE EXCEPTION 'versions of a ballot follow each other' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER committee_ballot_holds BEFORE INSERT ON committee_ballot
    FOR EACH ROW EXECUTE FUNCTION committee_ballot_holds();
"""
GATHER = """
CREATE FUNCTION committee_scene(poll bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
WITH at AS (
    SELECT p.id, p.opened_at AS poll_at, i.id AS item, i.matter, i.opened_at AS matter_at, s.id AS session, s.committee_id,
           s.written, s.first_id IS NOT NULL AS second, coalesce(s.opened_seats, 0) AS opened,
           (s.starts_at AT TIME ZONE 'Europe/Paris')::date AS day, d.person_id AS designated, t.data AS terms
    FROM committee_poll AS p JOIN committee_item AS i ON i.id = p.item_id JOIN committee_session AS s ON s.id = i.session_id
    JOIN committee_termsversion AS t ON t.id = p.terms_id LEFT JOIN committee_mandate AS d ON d.id = s.designated_id
    WHERE p.id = poll
), mandate AS (
    SELECT m.* FROM committee_mandate AS m, at
    WHERE m.committee_id = at.committee_id AND m.starts_on <= at.day AND (m.ends_on IS NULL OR m.ends_on >= at.day)
), seats AS (
    SELECT jsonb_agg(jsonb_build_object(
        'seat', s.id, 'voting', s.voting,
        'holders', coalesce((SELECT jsonb_agg(jsonb_build_array(m.rank, m.person_id) ORDER BY m.rank)
                             FROM mandate AS m WHERE m.seat_id = s.id), '[]'),
        'office', (SELECT o.office FROM committee_tenure AS o JOIN mandate AS m ON m.id = o.mandate_id
                   WHERE m.seat_id = s.id AND o.starts_on <= at.day AND (o.ends_on IS NULL OR o.ends_on >= at.day)),
        'proxy', (SELECT jsonb_build_array(g.person_id, c.person_id) FROM committee_proxy AS x
                  JOIN committee_mandate AS g ON g.id = x.giver_id JOIN committee_mandate AS c ON c.id = x.carrier_id
                  WHERE x.session_id = at.session AND x.withdrawn_at IS NULL AND g.seat_id = s.id AND NOT at.written)
    ) ORDER BY s.number) AS found
    FROM committee_seat AS s, at
    WHERE s.committee_id = at.committee_id AND s.starts_on <= at.day AND (s.ends_on IS NULL OR s.ends_on >= at.day)
)
SELECT jsonb_build_object(
    'terms', at.terms, 'matter', at.matter, 'second', at.second, 'written', at.written, 'opened', at.opened,
    'designated', at.designated, 'matter_at', (extract(epoch FROM at.matter_at) * 1000000)::bigint,
    'poll_at', (extract(epoch FROM at.poll_at) * 1000000)::bigint,
    'close_at', (extract(epoch FROM at.poll_at) * 1000000)::bigint,
    'seats', coalesce(seats.found, '[]'),
    'moves', coalesce((SELECT jsonb_agg(jsonb_build_array(
                  m.person_id, CASE WHEN v.inside THEN 'in' ELSE 'out' END, (extract(epoch FROM v.at) * 1000000)::bigint
              ) ORDER BY v.id) FROM committee_move AS v JOIN committee_mandate AS m ON m.id = v.mandate_id
              WHERE v.session_id = at.session), '[]'),
    'recused', coalesce((SELECT jsonb_agg(jsonb_build_array(m.person_id, r.reach) ORDER BY m.person_id) FROM committee_recusal AS r
                JOIN committee_mandate AS m ON m.id = r.mandate_id
                WHERE r.item_id = at.item AND r.lifted_at IS NULL), '[]'),
    'ballots', '[]'::jsonb
) FROM at, seats
$$;
CREATE FUNCTION committee_closing(poll bigint, close_at timestamptz) RETURNS jsonb LANGUAGE sql STABLE AS $$
SELECT p.opening || jsonb_build_object(
    'close_at', (extract(epoch FROM close_at) * 1000000)::bigint,
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
RELEASE = (
    "DROP FUNCTION committee_closing(bigint, timestamptz); DROP FUNCTION committee_scene(bigint);"
    "DROP TRIGGER committee_proxy_never_goes ON committee_proxy; DROP TRIGGER committee_item_never_goes ON committee_item;"
    "DROP TRIGGER committee_session_never_goes ON committee_session; DROP TRIGGER committee_proxy_stays ON committee_proxy;"
    "DROP TRIGGER committee_session_opened_once ON committee_session; DROP TRIGGER committee_poll_asks_the_same ON committee_poll;"
    "DROP TRIGGER committee_ballot_holds ON committee_ballot; DROP FUNCTION committee_ballot_holds();"
    "DROP TRIGGER committee_recusal_never_goes ON committee_recusal; DROP TRIGGER committee_recusal_stays ON committee_recusal;"
    "DROP TRIGGER committee_item_stays ON committee_item; DROP TRIGGER committee_poll_never_goes ON committee_poll;"
    "DROP TRIGGER committee_poll_stays ON committee_poll;"
    + "".join(f"DROP TRIGGER committee_{table}_stays ON committee_{table};" for table in FROZEN)
)


class Migration(migrations.Migration):
    """Held by the database itself."""

    dependencies = [("committee", "0004_second_counter")]
    operations = [migrations.RunSQL(STAYS + HOLD + GATHER, RELEASE)]
