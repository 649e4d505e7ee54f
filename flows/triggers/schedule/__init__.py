"""The schedule: runs at the times of a cron line or at an interval, in a zone. Pure; timers are armed elsewhere."""
