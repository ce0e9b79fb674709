"""How do the days on set stand, and what waits for a registrar among them?"""
