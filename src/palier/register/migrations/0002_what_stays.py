"""What never changes once written: certificates, what befell them, their sealed files, the keys that sealed them."""

from django.db import migrations

_TABLES = ("certificate", "event", "authority", "sealedfile")
PROTECT = """
CREATE FUNCTION register_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this line of the register never changes' USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER register_{table}_stays BEFORE UPDATE OR DELETE ON register_{table}"
    " FOR EACH ROW EXECUTE FUNCTION register_refuses();\n"
    for table in _TABLES
)
RELEASE = "".join(f"DROP TRIGGER register_{table}_stays ON register_{table};\n" for table in _TABLES) + (
    "DROP FUNCTION register_refuses();"
)


class Migration(migrations.Migration):
    """Held by the database itself."""

    dependencies = [("register", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
