"""Other tools on the same lists, in an environment of their own: nothing here is imported by xlcrm or its tests."""
