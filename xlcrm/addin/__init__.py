"""The Excel add-in on this machine: where its files belong, putting them there and taking them away.

Knows neither workbooks nor the store. The shipped ``xlcrm.xlam`` is built by ``make addin`` from the texts in macros/.
"""
