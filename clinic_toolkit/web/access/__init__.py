"""Access control: guard, login cookie, unlocking, locking, step-up, handing over the device."""
