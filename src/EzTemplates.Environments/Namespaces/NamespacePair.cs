using System.Globalization;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>A user namespace and a mount namespace of it, held open.</summary>
internal sealed class NamespacePair : IDisposable
{
    private NamespacePair(SafeFileHandle user, SafeFileHandle mounts) => (User, Mounts) = (user, mounts);

    public SafeFileHandle User { get; }

    public SafeFileHandle Mounts { get; }

    /// <summary>The user namespace's, as /proc gives it: <c>user:[4026532000]</c>.</summary>
    public string Name => Libc.NameOf(User);

    /// <summary>Of a process; null if it has gone, or has this process's own user namespace.</summary>
    public static NamespacePair? TryOpen(int pid)
    {
        // All of it through one opened folder: the number may be another process's by the second look-up.
        var (process, _) = Libc.TryOpen(null, FolderOf(pid), OpenFlags.Directory);
        if (process is null)
        {
            return null;
        }

        using (process)
        {
            return IsOurs(process) ? null : TryOpen(process);
        }
    }

    /// <summary>Of a process that lives in the namespaces of a store, by the mark in its first environment.</summary>
    public static NamespacePair? TryOpenOf(int pid, string store)
    {
        var (process, _) = Libc.TryOpen(null, FolderOf(pid), OpenFlags.Directory);
        if (process is null)
        {
            return null;
        }

        using (process)
        {
            return !IsOurs(process) && MarkOf(process)?.Store == store ? TryOpen(process) : null;
        }
    }

    /// <summary>The store in whose namespaces a process lives; null if in none, or if that cannot be seen.</summary>
    public static string? StoreOf(int pid)
    {
        var (process, _) = Libc.TryOpen(null, FolderOf(pid), OpenFlags.Directory);
        using (process)
        {
            return process is null ? null : MarkOf(process)?.Store;
        }
    }

    public void Dispose()
    {
        User.Dispose();
        Mounts.Dispose();
    }

    private static NamespacePair? TryOpen(SafeFileHandle process)
    {
        var (user, _) = Libc.TryOpen(process, "ns/user", OpenFlags.Read);
        if (user is null)
        {
            return null;
        }

        var (mounts, _) = Libc.TryOpen(process, "ns/mnt", OpenFlags.Read);
        if (mounts is null)
        {
            user.Dispose();
            return null;
        }

        return new NamespacePair(user, mounts);
    }

    private static bool IsOurs(SafeFileHandle process)
    {
        try
        {
            return Libc.TryReadSymlink(process, "ns/user") is not { } space || space == Libc.TryReadSymlink(null, "/proc/self/ns/user");
        }
        catch (StoreException)
        {
            // It is another user's.
            return true;
        }
    }

    private static NamespaceMark? MarkOf(SafeFileHandle process)
    {
        var (file, _) = Libc.TryOpen(process, "environ", OpenFlags.Read);
        if (file is null)
        {
            return null;
        }

        using (file)
        {
            using var reader = new StreamReader(new FileStream(file, FileAccess.Read));
            return reader.ReadToEnd().Split('\0')
                .Where(variable => variable.StartsWith(NamespaceMark.Variable + "=", StringComparison.Ordinal))
                .Select(variable => NamespaceMark.TryParse(variable[(NamespaceMark.Variable.Length + 1)..]))
                .FirstOrDefault();
        }
    }

    private static string FolderOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
}
