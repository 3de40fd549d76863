@echo off
rem Tries NumbersOnlineLookup.ps1, which has to be in the same folder, with a number that is written below.
rem Double-click it: if the server knows a name for that number, a balloon shows it.
rem
rem DO NOT LET MICROSIP RUN THIS FILE.
rem
rem A batch file cannot be made safe for the id of a caller. Windows runs it through cmd.exe, and cmd.exe
rem reads the arguments as part of a command before the first line of the batch file is read. An id with an
rem ampersand would run a program, and nothing written here could prevent it. That is why this file takes
rem no argument, and why no argument is named anywhere in it, not even in a remark.
rem
rem MicroSIP has to start powershell.exe itself, with -File and the script. The guide has the line.

"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -ExecutionPolicy Bypass -WindowStyle Hidden -File "%~dp0NumbersOnlineLookup.ps1" +12025550143
