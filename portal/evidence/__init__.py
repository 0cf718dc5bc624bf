"""Evidence that leaves the house: the dossier of a case or an organisation, and the program that checks it offline."""
