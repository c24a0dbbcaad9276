"""What an administrator must hear of without looking: rules over figures, the alerts they open, and snoozing them."""
