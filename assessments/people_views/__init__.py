"""What do people see and do about mentors and mentorships? Whom to ask, the terms, check-ins, applying, a mentor's profile."""
