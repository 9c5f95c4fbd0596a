"""The law of audits: accreditation, independence, missions, findings, reports."""
