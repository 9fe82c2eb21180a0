"""What waits for whom: gathered from the store, shown on the sheets 我的待办, 待我核验, 待我审批 and 逾期, and answered there."""
