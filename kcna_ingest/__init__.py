"""Keep your own record of North Korean state media."""

__version__ = "0.1.0"
