"""The trigger ``email``: messages of a mailbox, or handed over by a mail system, start runs.

`trigger` settings and words · `checking` what is wrong with settings · `looking` one look into a mailbox ·
`session` IMAP through the guarded door · `folder_names` how IMAP writes them · `parsing` a message as data ·
`reading` its headers and texts · `automatic` what no person sent. Nothing here writes to the database.
"""
