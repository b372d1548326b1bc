"""What starts runs by itself: new model package versions, schedules, the reconciler."""
