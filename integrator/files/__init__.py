"""Stored files: content once by SHA-256, what it hangs on, who may read it, and how it is sent.

`limits` caps · `names` what a name may hold · `sniffing` what content really is · `spool` taking content in while
hashing it · `storage` where it lies · `operations` keeping, hanging, reading · `cleanup` what hangs on nothing ·
`facts` files in run data · `members` files in forms and schemas · `views` and `api` the addresses.
"""
