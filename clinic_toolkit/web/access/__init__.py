"""The clinician's ways in and out: guard, session cookie, unlocking, locking, handing over the device."""
