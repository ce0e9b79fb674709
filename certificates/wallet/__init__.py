"""How does a credential get into a wallet? OpenID for Verifiable Credential Issuance 1.0, and Learner Credential Wallet."""
