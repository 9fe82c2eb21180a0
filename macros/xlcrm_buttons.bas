Attribute VB_Name = "xlcrm_buttons"
Option Explicit

' Written by `make addin`; edit xlcrm/catalogue/addin.py or xlcrm/ribbon/buttons.py instead.

Public Sub xlcrm_find_customer(control As IRibbonControl)
    xlcrm_run "find_customer"
End Sub

Public Sub xlcrm_new_customer(control As IRibbonControl)
    xlcrm_run "new_customer"
End Sub

Public Sub xlcrm_log_interaction(control As IRibbonControl)
    xlcrm_run "log_interaction"
End Sub

Public Sub xlcrm_import_list(control As IRibbonControl)
    xlcrm_run "import_list"
End Sub

Public Sub xlcrm_validate(control As IRibbonControl)
    xlcrm_run "validate"
End Sub

Public Sub xlcrm_repair(control As IRibbonControl)
    xlcrm_run "repair"
End Sub

Public Sub xlcrm_dedupe(control As IRibbonControl)
    xlcrm_run "dedupe"
End Sub

Public Sub xlcrm_submit(control As IRibbonControl)
    xlcrm_run "submit"
End Sub

Public Sub xlcrm_undo(control As IRibbonControl)
    xlcrm_run "undo"
End Sub

Public Sub xlcrm_refresh(control As IRibbonControl)
    xlcrm_run "refresh"
End Sub

Public Sub xlcrm_my_tasks(control As IRibbonControl)
    xlcrm_run "my_tasks"
End Sub

Public Sub xlcrm_request_change(control As IRibbonControl)
    xlcrm_run "request_change"
End Sub

Public Sub xlcrm_to_verify(control As IRibbonControl)
    xlcrm_run "to_verify"
End Sub

Public Sub xlcrm_to_approve(control As IRibbonControl)
    xlcrm_run "to_approve"
End Sub

Public Sub xlcrm_consolidate(control As IRibbonControl)
    xlcrm_run "consolidate"
End Sub

Public Sub xlcrm_match_fields(control As IRibbonControl)
    xlcrm_run "match_fields"
End Sub

Public Sub xlcrm_resolve_conflicts(control As IRibbonControl)
    xlcrm_run "resolve_conflicts"
End Sub

Public Sub xlcrm_merge_customers(control As IRibbonControl)
    xlcrm_run "merge_customers"
End Sub

Public Sub xlcrm_handover(control As IRibbonControl)
    xlcrm_run "handover"
End Sub

Public Sub xlcrm_tag_library(control As IRibbonControl)
    xlcrm_run "tag_library"
End Sub

Public Sub xlcrm_dashboard(control As IRibbonControl)
    xlcrm_run "dashboard"
End Sub

Public Sub xlcrm_monthly_review(control As IRibbonControl)
    xlcrm_run "monthly_review"
End Sub

Public Sub xlcrm_export(control As IRibbonControl)
    xlcrm_run "export"
End Sub

Public Sub xlcrm_settings(control As IRibbonControl)
    xlcrm_run "settings"
End Sub

Public Sub xlcrm_doctor(control As IRibbonControl)
    xlcrm_run "doctor"
End Sub

Public Sub xlcrm_feedback(control As IRibbonControl)
    xlcrm_run "feedback"
End Sub

Public Sub xlcrm_help(control As IRibbonControl)
    xlcrm_run "help"
End Sub
