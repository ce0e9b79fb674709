"""Which faces print what we print, and which letters do they have? Certificates, invoices and receipts share them."""
