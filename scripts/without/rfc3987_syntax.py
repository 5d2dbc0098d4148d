"""Stands in the way of a package of this name in the processes of the tests.

JSON Schema's `iri` format builds 38 parsers when it is imported: seconds in every worker, Jupyter server and converter.
jsonschema does without where the import fails, and no schema of a notebook uses the format.
"""

raise ImportError(__doc__)
