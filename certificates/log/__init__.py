"""Can the academy back-date a certificate, or quietly drop one? Not without its public log saying so.

Every issue and every change of status is a leaf of a Merkle tree as in RFC 6962; signed checkpoints in the C2SP note
format fix what the tree was. `tree` and `notes` are pure, `appending` writes, `reading` proves, `publishing` signs.
"""
