"""Where captures come from: the live site, the Wayback Machine, saved pages."""
