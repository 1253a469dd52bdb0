"""The states of a workbook that came in, as they stand in names of folders, in records and on every sheet."""

PASSED, SENT_BACK, FOR_REVIEW, UNREADABLE = "通过", "退回修改", "待复核", "无法读取"
STATES = (PASSED, SENT_BACK, FOR_REVIEW, UNREADABLE)
