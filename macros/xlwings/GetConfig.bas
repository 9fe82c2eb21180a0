Function GetConfig(configKey As String, Optional default As String = "", Optional source As String = "") As Variant
    ' Changed for xlcrm: settings in an opened workbook or in a file beside it are never read. Only the file in the
    ' user's own profile is, and of it only these keys.
    Dim configValue As String
    GetConfig = default
    Select Case configKey
        Case "INTERPRETER_WIN", "INTERPRETER_MAC", "SHOW CONSOLE"
            If FileExists(GetConfigFilePath()) = True Then
                If GetConfigFromFile(GetConfigFilePath(), configKey, configValue) Then GetConfig = configValue
            End If
    End Select
    GetConfig = ExpandEnvironmentStrings(GetConfig)
End Function
