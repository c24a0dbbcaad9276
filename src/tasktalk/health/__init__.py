"""Whether it works, and why not: probes, the webhook's health, the workers' status."""
