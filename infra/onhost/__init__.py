"""The part of Slipway that runs on the host, with the standard library only."""
