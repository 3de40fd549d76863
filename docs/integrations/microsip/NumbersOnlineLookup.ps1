# Shows the name of a caller in a balloon, if the server knows one.
#
# MicroSIP runs this with the caller's id as the argument (cmdIncomingCall in microsip.ini):
#
#     powershell.exe -NoProfile -ExecutionPolicy Bypass -WindowStyle Hidden -File C:\NumbersOnline\NumbersOnlineLookup.ps1
#
# It must be -File: what follows the script is then text. With -Command it would be code.
#
# MicroSIP waits for the program it started, so this only hands the digits to a second process, in the
# environment and not in a command line, and ends. Whatever goes wrong, there is no balloon and no message.

param([string] $Number = '')

$server = 'https://numbers.online'
$key = 'YOUR_CID_KEY'

# Where numbers without a plus sign were dialled: two letters, or none if your line delivers full
# international digits without it.
$country = 'US'

$ErrorActionPreference = 'Stop'

# Digits and plus signs of a number, or nothing if that is no number. The id is the caller's to choose.
function Get-Digits([string] $text) {
    $digits = $text -replace '[^0-9+]', ''
    if ($digits.Length -gt 20 -or $digits -notmatch '[0-9]') { return '' }
    return $digits
}

# The name, or nothing.
function Get-CallerName([string] $digits) {
    Add-Type -AssemblyName System.Net.Http
    [Net.ServicePointManager]::SecurityProtocol =
        [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    $handler = New-Object System.Net.Http.HttpClientHandler
    $handler.AllowAutoRedirect = $false
    $client = New-Object System.Net.Http.HttpClient($handler)
    try {
        $client.Timeout = [TimeSpan]::FromSeconds(3)
        $client.MaxResponseContentBufferSize = 1024
        $client.DefaultRequestHeaders.Add('X-API-Key', $key)
        $address = $server + '/api/v1/cid/' + [Uri]::EscapeDataString($digits) +
            '?miss=empty&country=' + [Uri]::EscapeDataString($country)
        $task = $client.GetAsync($address)
        if (-not $task.Wait(3000)) { return '' }
        $answer = $task.Result
        if ([int] $answer.StatusCode -ne 200) { return '' }
        $text = [Text.Encoding]::UTF8.GetString($answer.Content.ReadAsByteArrayAsync().Result)
    } finally {
        $client.Dispose()
    }
    $name = ($text -replace '[\x00-\x1F\x7F]+', ' ').Trim()
    if ($name.Length -gt 63) { $name = $name.Substring(0, 63) }
    if (@('1', 'UNKNOWN', 'UNAVAILABLE') -contains $name) { return '' }
    return $name
}

function Show-Balloon([string] $title, [string] $text) {
    Add-Type -AssemblyName System.Windows.Forms
    Add-Type -AssemblyName System.Drawing
    $icon = New-Object System.Windows.Forms.NotifyIcon
    try {
        $icon.Icon = [System.Drawing.SystemIcons]::Information
        $icon.Visible = $true
        $icon.ShowBalloonTip(5000, $title, $text, [System.Windows.Forms.ToolTipIcon]::None)
        $until = [DateTime]::UtcNow.AddSeconds(5)
        while ([DateTime]::UtcNow -lt $until) {
            [System.Windows.Forms.Application]::DoEvents()
            Start-Sleep -Milliseconds 100
        }
    } finally {
        $icon.Visible = $false
        $icon.Dispose()
    }
}

try {
    if ($key -notmatch '^nol_[0-9a-z_]+$') { exit 0 }

    $handedOver = Get-Digits $env:NUMBERS_ONLINE_CALLER
    if ($handedOver -eq '') {
        # Started by MicroSIP: hand over and end.
        $digits = Get-Digits $Number
        if ($digits -ne '') {
            $env:NUMBERS_ONLINE_CALLER = $digits
            $program = Join-Path $env:SystemRoot 'System32\WindowsPowerShell\v1.0\powershell.exe'
            Start-Process -FilePath $program -WindowStyle Hidden -ArgumentList (
                '-NoProfile -NonInteractive -ExecutionPolicy Bypass -WindowStyle Hidden -File "' + $PSCommandPath + '"')
        }
    } else {
        # The second process: nobody waits for it.
        $name = Get-CallerName $handedOver
        if ($name -ne '') { Show-Balloon $name $handedOver }
    }
} catch {
    # No name, then. The call rings either way.
}
exit 0
