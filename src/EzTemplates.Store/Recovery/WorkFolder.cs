using System.Globalization;
using System.Security.Cryptography;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// A folder for what is not finished, on the store's own file system, so that a rename finishes it. It stands beside a locked file of
/// its name; a folder whose lock is free belongs to a process that has ended, and <see cref="RemoveAbandoned(StoreLayout)"/> removes it.
/// </summary>
public sealed class WorkFolder : IDisposable
{
    private const string LockEnd = ".lock";
    private const int OwnerOnly = 0b111_000_000;

    private readonly FileLock _lock;
    private int _names;

    private WorkFolder(FileLock held, string path) => (_lock, Root) = (held, path);

    public string Root { get; }

    internal static WorkFolder Make(StoreLayout layout)
    {
        var (held, path) = TakeName(layout);
        try
        {
            Libc.MakeFolder(null, path, OwnerOnly);
            return new WorkFolder(held, path);
        }
        catch
        {
            held.RemoveAndDispose();
            throw;
        }
    }

    /// <summary>Another command that looks for what is abandoned can have the lock for a moment, between its making and its taking.</summary>
    private static (FileLock Held, string Path) TakeName(StoreLayout layout)
    {
        while (true)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(16, true)}");
            var path = Path.Combine(layout.Work, name);
            if (FileLock.TryAcquire(path + LockEnd, FileLockMode.Exclusive) is { } held)
            {
                return (held, path);
            }
        }
    }

    /// <summary>A path in it that nothing has yet.</summary>
    internal string NewPath(string what) =>
        Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"{what}-{Interlocked.Increment(ref _names)}"));

    /// <summary>Puts a file in its final place, whole and durable or not at all. It replaces what is there.</summary>
    internal void WriteDurably(string path, ReadOnlySpan<byte> bytes)
    {
        var unfinished = NewPath("file");
        StoreFile.WriteNewDurably(unfinished, bytes);
        var isNew = !StoreFile.Exists(path);
        Libc.Rename(null, unfinished, null, path);
        try
        {
            StoreFile.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (StoreException) when (isNew)
        {
            Libc.TryRemoveFile(null, path);
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            FolderRemoval.Remove(Root);
            _lock.RemoveAndDispose();
        }
        catch (StoreException)
        {
            // On a broken disk the next command removes it; what went wrong before this matters more.
            _lock.Dispose();
        }
    }

    /// <summary>Removes what ended processes left: their folders, and locks of packages that they were unpacking.</summary>
    internal static void RemoveAbandoned(StoreLayout layout)
    {
        RemoveAbandoned(layout.Work);
        if (StoreFile.Exists(layout.MetadataWork))
        {
            RemoveAbandoned(layout.MetadataWork);
        }
    }

    /// <summary>Names of the folders that <see cref="RemoveAbandoned(StoreLayout)"/> would remove.</summary>
    internal static IReadOnlyList<string> Abandoned(StoreLayout layout)
    {
        var found = new List<string>();
        foreach (var parent in ((string[])[layout.Work, layout.MetadataWork]).Where(StoreFile.Exists))
        {
            ForEachAbandoned(parent, (path, _) => found.AddRange(StoreFile.Exists(path) ? [Path.GetFileName(path)] : (ReadOnlySpan<string>)[]));
        }

        return found;
    }

    /// <summary>What a throw-away environment has made immutable stays until it can go, and is in no other command's way.</summary>
    private static void TryRemove(string path, FileLock free)
    {
        try
        {
            FolderRemoval.Remove(path);
            free.RemoveAndDispose();
        }
        catch (StoreException)
        {
            // The next command tries again.
        }
    }

    private static void RemoveAbandoned(string parent) => ForEachAbandoned(parent, TryRemove);

    private static void ForEachAbandoned(string parent, Action<string, FileLock> act)
    {
        using var work = Libc.OpenFolder(null, parent);
        var names = Libc.ReadFolder(work).Select(member => member.Name.EndsWith(LockEnd, StringComparison.Ordinal)
            ? member.Name[..^LockEnd.Length]
            : member.Name);
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            // A folder without a lock file in this listing may have got one since: only having the lock tells.
            var path = Path.Combine(parent, name);
            using var free = FileLock.TryAcquire(path + LockEnd, FileLockMode.Exclusive);
            if (free is not null)
            {
                act(path, free);
            }
        }
    }
}
