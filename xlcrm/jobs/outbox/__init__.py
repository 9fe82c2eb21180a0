"""The outbox: submissions that wait on this machine, sealed, while the team's store is away.

A submission waits as the rows of its workbook (``parcel``), one sealed file each (``box``). The store recognises rows by the
workbook's UUID and what they say, so that a parcel may go out twice, or together with its workbook, and is stored once.
"""
