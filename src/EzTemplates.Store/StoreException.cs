using System.Globalization;
using System.Runtime.InteropServices;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// Our own disk failed or the store is not what it should be: exit 6; or this user may not use it: exit 7. Every system call of <see cref="Libc"/> that fails ends here,
/// so that a full or broken disk is reported the same from wherever it shows.
/// </summary>
public sealed class StoreException : EzException
{
    public StoreException(string message, string? hint = null, Exception? inner = null, int errno = 0)
        : this(FailureKind.Store, message, hint, inner, errno)
    {
    }

    private StoreException(FailureKind kind, string message, string? hint, Exception? inner, int errno)
        : base(kind, message, hint, inner) => Errno = errno;

    /// <summary>The error number of the system call that failed; 0 where none did.</summary>
    public int Errno { get; }

    /// <param name="act">What was tried: <c>write</c>, <c>create the folder</c>.</param>
    public static StoreException FromErrno(string act, string path, int errno) =>
        new(
            IsRefusal(errno) ? FailureKind.Environment : FailureKind.Store,
            string.Create(CultureInfo.InvariantCulture, $"cannot {act} `{path}`: {Marshal.GetPInvokeErrorMessage(errno)}"),
            DiskFailure.HintFor(errno),
            null,
            errno);

    /// <summary>For what the framework's own file functions throw.</summary>
    public static StoreException FromIO(string act, string path, Exception failure) =>
        DiskFailure.ErrnoOf(failure) is { } errno
            ? new(IsRefusal(errno) ? FailureKind.Environment : FailureKind.Store, $"cannot {act} `{path}`: {DiskFailure.CauseOf(failure)}", DiskFailure.HintFor(errno), failure, errno)
            : new($"cannot {act} `{path}`: {failure.Message}", null, failure);

    /// <summary>Of a store of another user's.</summary>
    public static StoreException ForeignOwner(string message, string hint) => new(FailureKind.Environment, message, hint, null, Errnos.EACCES);

    private static bool IsRefusal(int errno) => errno is Errnos.EACCES or Errnos.EPERM;
}
