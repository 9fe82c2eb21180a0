"""Letters: composed, sent through the team's mail server, or laid into a folder to be sent by hand."""
