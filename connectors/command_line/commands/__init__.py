"""The commands of `streamwright`, one file each."""
