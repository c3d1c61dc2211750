"""Tests of the questionnaires: how they are read from files, and how every sentence is worded."""
