"""A signature: signing, confirming, managing, withdrawing, listing; its states, policy and history."""
