Public Function Interpreter() As String
    ' Added for xlcrm: the Python that the user's own file names by its full path; "" when there is none. A bare name
    ' such as python.exe would be looked for in the current folder first, which may be the workbook's.
    Dim named As String
    #If Mac Then
        named = GetConfig("INTERPRETER_MAC")
        If Left$(named, 1) = "/" Then Interpreter = named
    #Else
        named = GetConfig("INTERPRETER_WIN")
        If Mid$(named, 2, 2) = ":\" Or Left$(named, 2) = "\\" Then
            If FileExists(named) Then Interpreter = named
        End If
    #End If
End Function

Public Function RunPython(PythonCommand As String)
    ' Public API, changed for xlcrm: no workbook, no sheet called *.py and no folder has a say in what runs. The first
    ' part of the path argument is ADD_WORKBOOK_TO_PYTHONPATH.
    Const NO_EXTRA_PATH As String = "false;;;;;"
    RunPython = -1
    If Interpreter() = "" Then Exit Function
    #If Mac Then
        Application.StatusBar = "Running..."  ' Non-blocking way of giving feedback that something is happening
        ExecuteMac PythonCommand, Interpreter(), NO_EXTRA_PATH
        RunPython = 0
    #Else
        RunPython = ExecuteWindows(False, PythonCommand, Interpreter(), NO_EXTRA_PATH)
    #End If
End Function
