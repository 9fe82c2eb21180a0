Attribute VB_Name = "xlcrm_ribbon"
Option Explicit

' What the ribbon shows. The Subs of the buttons are in xlcrm_buttons.
Private shown As Object

Public Sub xlcrm_load(ribbon As IRibbonUI)
    Set shown = ribbon
End Sub

Public Sub xlcrm_update()
    ' Ask every callback again: a click may have changed person, role or store.
    If Not shown Is Nothing Then shown.Invalidate
End Sub

Public Sub xlcrm_tab_visible(control As IRibbonControl, ByRef returnedVal)
    returnedVal = xlcrm_tab_wanted(control.ID)
End Sub

Public Function xlcrm_tab_wanted(ByVal id As String) As Boolean
    ' There is a tab for each language. The workbook with macros hides its own when the add-in shows one already.
    Dim book As Object
    If (Right(id, 3) = "_en") <> (xlcrm_language() = "en") Then Exit Function
    xlcrm_tab_wanted = True
    If LCase(Right(ThisWorkbook.Name, 5)) = ".xlam" Then Exit Function
    On Error Resume Next
    Set book = Workbooks("xlcrm.xlam")
    On Error GoTo 0
    If Not book Is Nothing Then xlcrm_tab_wanted = False
End Function

Public Sub xlcrm_visible(control As IRibbonControl, ByRef returnedVal)
    returnedVal = xlcrm_wanted(control.ID)
End Sub

Public Function xlcrm_wanted(ByVal id As String) As Boolean
    ' Whether this group or button is of use to the person; before anybody is known, the daily ones show.
    Dim ids As String, plain As String
    plain = id
    If Right(plain, 3) = "_en" Then plain = Left(plain, Len(plain) - 3)
    ids = xlcrm_setting("visible")
    If ids = "" Then ids = XLCRM_DAILY
    xlcrm_wanted = InStr(" " & ids & " ", " " & plain & " ") > 0
End Function

Public Sub xlcrm_label(control As IRibbonControl, ByRef returnedVal)
    returnedVal = xlcrm_label_text()
End Sub

Public Function xlcrm_label_text() As String
    ' Person, role and store, as Python wrote them.
    xlcrm_label_text = xlcrm_decode(xlcrm_setting("label"))
    If xlcrm_label_text = "" Then xlcrm_label_text = xlcrm_text("unset")
End Function
