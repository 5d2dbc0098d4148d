"""Privacy: who may read what customers wrote, what is hidden until somebody says why, and how a person is forgotten.

What is private is sealed with a key of that person's own, and the keys lie in a file of their own. Whoever holds the
key file can read names and words; on a shared folder that is possession, not access control. Without the key file
everything works, masked. Forgetting a person means to delete their keys; whether that suffices is a legal question,
for which there is a purge that takes the sealed texts out as well.
"""
