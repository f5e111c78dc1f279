"""What each page shows, as plain frozen records. Texts have passed the gate; templates choose the form alone."""
