"""How calls prove who they are: a kind a file, named in one literal list. A new one is a file and a line in `registry`.

`kind` what a kind is · `registry` the list · `oauth2` how tokens are fetched; who keeps them is the engine's business.
"""
