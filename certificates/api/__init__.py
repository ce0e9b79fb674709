"""What may programs ask us, and how are they answered?

A thin layer of our own over function views: six addresses, one description (`openapi.json`) that the tests hold every answer
against.
"""
