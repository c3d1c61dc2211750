"""One module for each screen, with its routes in the order of use. Screens do not import each other."""
