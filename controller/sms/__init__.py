"""The text messages this machine was asked to send through its own modem."""
