"""Access control: guard, session cookie, unlocking, locking, step-up, handing over the device."""
