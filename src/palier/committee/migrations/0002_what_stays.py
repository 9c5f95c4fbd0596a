"""What the database itself holds: decisions and published terms never change, nobody sits twice, no seat has two titulars,
no office two holders.

Without btree_gist (the embedded PostgreSQL has no extension), equality is written as ranges of one value that overlap.
"""

from django.db import migrations

HOLD = """
CREATE FUNCTION committee_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what the committee decided never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER committee_decision_stays BEFORE UPDATE OR DELETE ON committee_decision
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
ALTER TABLE committee_seat ADD CONSTRAINT seat_of_committee UNIQUE (id, committee_id);
ALTER TABLE committee_mandate ADD CONSTRAINT mandate_of_committee
    FOREIGN KEY (seat_id, committee_id) REFERENCES committee_seat (id, committee_id);
ALTER TABLE committee_mandate ADD CONSTRAINT mandate_in_committee UNIQUE (id, committee_id);
ALTER TABLE committee_tenure ADD CONSTRAINT tenure_of_committee
    FOREIGN KEY (mandate_id, committee_id) REFERENCES committee_mandate (id, committee_id);
ALTER TABLE committee_mandate ADD CONSTRAINT mandate_one_a_rank EXCLUDE USING gist (
    int8range(seat_id, seat_id, '[]') WITH &&,
    int4range(rank, rank, '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
) DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE committee_mandate ADD CONSTRAINT mandate_one_a_person EXCLUDE USING gist (
    int8range(committee_id, committee_id, '[]') WITH &&,
    int8range(person_id, person_id, '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
ALTER TABLE committee_tenure ADD CONSTRAINT tenure_one_holder EXCLUDE USING gist (
    int8range(committee_id, committee_id, '[]') WITH &&,
    int8range(hashtext(office), hashtext(office), '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
ALTER TABLE committee_tenure ADD CONSTRAINT tenure_one_office EXCLUDE USING gist (
    int8range(mandate_id, mandate_id, '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
CREATE TRIGGER committee_terms_stay BEFORE UPDATE OR DELETE ON committee_termsversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION committee_refuses();
"""
RELEASE = """
DROP TRIGGER committee_terms_stay ON committee_termsversion;
ALTER TABLE committee_tenure DROP CONSTRAINT tenure_one_office;
ALTER TABLE committee_tenure DROP CONSTRAINT tenure_one_holder;
ALTER TABLE committee_mandate DROP CONSTRAINT mandate_one_a_person;
ALTER TABLE committee_mandate DROP CONSTRAINT mandate_one_a_rank;
ALTER TABLE committee_tenure DROP CONSTRAINT tenure_of_committee;
ALTER TABLE committee_mandate DROP CONSTRAINT mandate_in_committee;
ALTER TABLE committee_mandate DROP CONSTRAINT mandate_of_committee;
ALTER TABLE committee_seat DROP CONSTRAINT seat_of_committee;
DROP TRIGGER committee_decision_stays ON committee_decision;
DROP FUNCTION committee_refuses();
"""


class Migration(migrations.Migration):
    """Held by the database itself."""

    dependencies = [("committee", "0001_initial")]
    operations = [migrations.RunSQL(HOLD, RELEASE)]
