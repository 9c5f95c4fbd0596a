"""What one may do: agree, withdraw, show a site; and, once a quarter, publish."""

from palier.comparison.operations.consents import agree, hide_site, show_site
from palier.comparison.operations.publishing import publish, publish_due

__all__ = ["agree", "hide_site", "publish", "publish_due", "show_site"]
