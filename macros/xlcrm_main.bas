Attribute VB_Name = "xlcrm_main"
Option Explicit

' ASCII only: Chinese sentences come from xlcrm_texts, which the build writes from the catalogue.

Public Sub xlcrm_run(ByVal action As String)
    ' Calls the Python function xlcrm.ribbon.<action> for the active workbook.
    If ActiveWorkbook Is Nothing Then
        xlcrm_say "no_book"
    ElseIf Not xlcrm_safe_name(ActiveWorkbook.Name) Then
        xlcrm_say "bad_name"
    ElseIf Interpreter() = "" Then
        xlcrm_say "no_python"
    Else
        RunPython "import xlcrm.ribbon; xlcrm.ribbon." & action & "()"
        xlcrm_update
    End If
End Sub

Public Function xlcrm_safe_name(ByVal bookname As String) As Boolean
    ' The name travels through a command line: these characters would end it or be read as commands.
    Dim bad As String, i As Long, code As Long
    bad = Chr(34) & "$`|\"
    For i = 1 To Len(bad)
        If InStr(bookname, Mid(bad, i, 1)) > 0 Then Exit Function
    Next i
    For i = 1 To Len(bookname)
        code = AscW(Mid(bookname, i, 1))
        If code >= 0 And code < 32 Then Exit Function
    Next i
    ' One % is a percentage, two of them name a variable.
    If Len(bookname) - Len(Replace(bookname, "%", "")) > 1 Then Exit Function
    xlcrm_safe_name = True
End Function

Public Function xlcrm_language() As String
    ' "zh" or "en": what Python wrote from the user's own setting, else the language that Office itself speaks.
    Dim number As Long
    xlcrm_language = xlcrm_setting("language")
    If xlcrm_language = "zh" Or xlcrm_language = "en" Then Exit Function
    number = 2052
    On Error Resume Next
    number = Application.LanguageSettings.LanguageID(2)
    On Error GoTo 0
    ' The lower ten bits name the language whatever the country; 4 is Chinese.
    If number Mod 1024 = 4 Then xlcrm_language = "zh" Else xlcrm_language = "en"
End Function

Public Function xlcrm_setting(ByVal key As String) As String
    ' The value of a line "key=value" in the ASCII file that Python keeps for the ribbon; "" when there is none.
    Dim number As Long, row As String, path As String
    path = ParentFolder(GetConfigFilePath()) & Application.PathSeparator & "xlcrm-ribbon.txt"
    If Not FileExists(path) Then Exit Function
    number = FreeFile
    Open path For Input As #number
    Do While Not EOF(number)
        Line Input #number, row
        If Left(row, Len(key) + 1) = key & "=" Then xlcrm_setting = Mid(row, Len(key) + 2)
    Loop
    Close #number
End Function

Public Function xlcrm_decode(ByVal codes As String) As String
    ' Text from its code units in decimal, separated by blanks.
    Dim part As Variant, decoded As String
    If codes = "" Then Exit Function
    For Each part In Split(codes, " ")
        decoded = decoded & ChrW(CLng(part))
    Next part
    xlcrm_decode = decoded
End Function

Public Sub xlcrm_say(ByVal key As String)
    MsgBox xlcrm_text(key), vbExclamation, xlcrm_text("title")
End Sub
