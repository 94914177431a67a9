"""Networks: torch only, no Lightning."""
