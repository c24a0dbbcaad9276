"""From a voice note to words: an ear on this machine or at an address, and doubt of what it says it heard."""
