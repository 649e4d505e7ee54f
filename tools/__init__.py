"""What developers run by hand or by make. The product imports nothing from here."""
