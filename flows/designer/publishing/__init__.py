"""Pages of publishing: consequences, a second person's answer, bringing a draft and a newer version together."""
