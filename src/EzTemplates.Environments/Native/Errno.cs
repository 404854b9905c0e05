namespace EzTemplates.Environments.Native;

/// <summary>Error numbers that are told apart here (asm-generic/errno-base.h).</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int BadFormat = 8;
    public const int TryAgain = 11;
    public const int NoBlockDevice = 15;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int NotFolder = 20;
    public const int Invalid = 22;
    public const int NoSystemCall = 38;
    public const int LinkLoop = 40;
    public const int NotSupported = 95;
}
