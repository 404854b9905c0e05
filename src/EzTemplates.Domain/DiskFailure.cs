using System.Runtime.InteropServices;

namespace EzTemplates.Domain;

/// <summary>What a disk that refuses is told as, the same from wherever it shows. Error numbers are those of asm-generic/errno.h.</summary>
public static class DiskFailure
{
    private const int EPERM = 1;
    private const int EIO = 5;
    private const int EACCES = 13;
    private const int ENFILE = 23;
    private const int EMFILE = 24;
    private const int ENOSPC = 28;
    private const int EROFS = 30;
    private const int EDQUOT = 122;
    private const int Largest = 133;

    public static string HintFor(int? errno) => errno switch
    {
        ENOSPC => "free space on that file system (df shows it), then run the same command again",
        EDQUOT => "raise the disk quota or free space, then run the same command again",
        EIO => "look for disk errors with dmesg; the store is as it was before this command",
        EROFS => "mount that file system for writing, or choose another store with --store DIR",
        EACCES or EPERM => "run as root, or choose a store of your own with --store DIR",
        EMFILE or ENFILE => "raise the limit of open files (ulimit -n)",
        _ => "look what is at that path, or choose another store with --store DIR",
    };

    /// <summary>Whether it is what the framework's file functions throw.</summary>
    public static bool Is(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>The error number behind what the framework's file functions throw; null where there is none.</summary>
    public static int? ErrnoOf(Exception failure) => failure switch
    {
        UnauthorizedAccessException => EACCES,
        IOException { HResult: > 0 and <= Largest } io => io.HResult,
        _ => null,
    };

    /// <summary>The cause alone: the framework's message names the path too, which the caller has said already.</summary>
    public static string CauseOf(Exception failure) =>
        failure is IOException && ErrnoOf(failure) is { } errno ? Marshal.GetPInvokeErrorMessage(errno) : failure.Message;

    /// <summary>For what the framework's file functions throw.</summary>
    /// <param name="act">What was tried: <c>write</c>.</param>
    public static EzException Of(string act, string path, Exception failure) => new(
        FailureKind.Store, $"cannot {act} `{path}`: {CauseOf(failure)}", HintFor(ErrnoOf(failure)), failure);
}
