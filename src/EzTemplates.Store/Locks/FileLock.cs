using System.Collections.Immutable;
using System.Text;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// An advisory lock between processes and threads (flock(2) on a file of its own). It goes with the process, however that ends;
/// the file stays unless it is removed with the lock held. An exclusive holder writes its pid and command into the file.
/// </summary>
public sealed class FileLock : IDisposable
{
    private const int OwnerOnly = 0b110_000_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);

    // Commands that only pass one another are not told of it: after this pause 75 ms have gone.
    private static readonly TimeSpan PauseWorthTelling = TimeSpan.FromMilliseconds(40);

    private readonly SafeFileHandle _file;
    private readonly string _path;

    private FileLock(SafeFileHandle file, string path) => (_file, _path) = (file, path);

    /// <summary>Between two looks of who waits.</summary>
    internal static TimeSpan LongestPause { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whoever has a descriptor of it has the lock: also another program that this process becomes.</summary>
    public SafeFileHandle Handle => _file;

    /// <summary>Waits as long as it takes; says once for whom, if it takes more than a moment.</summary>
    /// <param name="what">What the lock is about, for who waits: <c>package nginx</c>.</param>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static FileLock Acquire(string path, FileLockMode mode, string what, LockPatience patience)
    {
        ArgumentNullException.ThrowIfNull(patience);
        var pause = ShortestPause;
        var told = false;
        while (true)
        {
            patience.Cancellation.ThrowIfCancellationRequested();
            if (TryAcquire(path, mode) is { } taken)
            {
                return taken;
            }

            if (!told && pause > PauseWorthTelling)
            {
                patience.Announce?.Invoke(new LockWaiting(what, HoldersOf(path)));
                told = true;
            }

            patience.Cancellation.WaitHandle.WaitOne(pause);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <returns>Null if another has it.</returns>
    public static FileLock? TryAcquire(string path, FileLockMode mode)
    {
        while (true)
        {
            var file = Libc.Open(null, path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow, OwnerOnly);
            try
            {
                if (!Libc.TryLock(file, mode))
                {
                    return null;
                }

                // The holder before may have removed the file: then this lock is on nothing that others will see.
                if (Libc.TryStatus(null, path) is { } named && named.IsSameFile(Libc.Status(file)))
                {
                    var taken = new FileLock(file, path);
                    file = null;
                    taken.SignIf(mode == FileLockMode.Exclusive);
                    return taken;
                }
            }
            finally
            {
                file?.Dispose();
            }
        }
    }

    /// <summary>Who has the lock now, as far as can be seen; empty if nobody has.</summary>
    public static ImmutableArray<LockHolder> HoldersOf(string path)
    {
        var (file, _) = Libc.TryOpen(null, path, OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            return [];
        }

        using (file)
        {
            var seen = LockHolder.OfInode(Libc.Status(file).Inode);
            if (!seen.IsEmpty)
            {
                return seen;
            }

            // Also right for a holder in another pid namespace. A signature may be old: then the lock can be had.
            var text = new byte[512];
            var signature = LockHolder.Parse(Encoding.UTF8.GetString(text, 0, Libc.Read(file, text)));
            return signature is { } holder && !CanBeHad(file) ? [holder] : [];
        }
    }

    /// <summary>Unlocked in so many words: a child between its fork and its exec has the descriptor too, and closing ours would leave the lock to it.</summary>
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            Libc.Unlock(_file);
            _file.Dispose();
        }
    }

    /// <summary>Releases an exclusive lock and leaves no file. Who waits for it makes a new one.</summary>
    public void RemoveAndDispose()
    {
        try
        {
            Libc.TryRemoveFile(null, _path);
        }
        finally
        {
            Dispose();
        }
    }

    private static bool CanBeHad(SafeFileHandle file)
    {
        if (!Libc.TryLock(file, FileLockMode.Shared))
        {
            return false;
        }

        Libc.Unlock(file);
        return true;
    }

    private void SignIf(bool exclusive)
    {
        if (!exclusive)
        {
            return;
        }

        try
        {
            Libc.Truncate(_file, 0);
            Libc.Write(_file, Encoding.UTF8.GetBytes($"{LockHolder.Self}\n"));
        }
        catch (StoreException)
        {
            // A full disk: the lock holds without its signature, which only serves who waits.
        }
    }
}
