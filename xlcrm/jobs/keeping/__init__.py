"""Keeping data alive: 月度核对, 次要信息核对, 客户交接, 数据例会 (mission section 12; documents 000, 002, 003, 004)."""
