"""One file a screen: routes, in the order in which a person meets them. Screens do not know each other."""
