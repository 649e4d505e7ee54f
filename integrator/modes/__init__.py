"""How Integrator's processes run: threads, the Celery consumer, and an orderly end within ten seconds of SIGTERM."""
