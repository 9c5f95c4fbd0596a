"""Two memberships, or two relations, of the same kind never overlap.

Without btree_gist (the embedded PostgreSQL has no extension), equality is written as ranges of one value that overlap.
"""

from django.db import migrations

NO_OVERLAP = """
ALTER TABLE directory_membership ADD CONSTRAINT membership_no_overlap EXCLUDE USING gist (
    int8range(person_id, person_id, '[]') WITH &&,
    int8range(organisation_id, organisation_id, '[]') WITH &&,
    int8range(hashtext(role), hashtext(role), '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
ALTER TABLE directory_relation ADD CONSTRAINT relation_no_overlap EXCLUDE USING gist (
    int8range(holder_id, holder_id, '[]') WITH &&,
    int8range(coalesce(person_id, 0), coalesce(person_id, 0), '[]') WITH &&,
    int8range(landlord_id, landlord_id, '[]') WITH &&,
    int8range(hashtext(role || ' ' || source), hashtext(role || ' ' || source), '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
"""
ALLOW = """
ALTER TABLE directory_membership DROP CONSTRAINT membership_no_overlap;
ALTER TABLE directory_relation DROP CONSTRAINT relation_no_overlap;
"""


class Migration(migrations.Migration):
    """The exclusion constraints."""

    dependencies = [("directory", "0001_initial")]
    operations = [migrations.RunSQL(NO_OVERLAP, ALLOW)]
