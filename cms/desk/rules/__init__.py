"""How are a programme's rules written, looked at, published and changed for those on it? The registrar's pages."""
