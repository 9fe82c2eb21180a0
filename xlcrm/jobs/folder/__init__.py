"""A firm without a server: one machine owns the store, everybody else has a shared or synced folder (docs/folder.md).

The steward's machine watches it (``watch``): packages and plain workbooks that lie in somebody's personal folder are submitted in
that person's name (``parcels``, ``plain``), and everybody gets a sealed snapshot of what this person may see (``publish``). A
member's machine keeps the snapshot as a store of its own to read (``member``), so that checking, comparing, finding and
refreshing are the jobs they always are; only what 提交 would store goes out as a parcel instead.
"""
