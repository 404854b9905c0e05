using System.Security.Cryptography;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// A private folder (0700) for what is not finished, beside a locked file of its name. One whose lock is free belongs to a process
/// that was killed; the next one to be made removes it.
/// </summary>
internal sealed class WorkPlace : IDisposable
{
    private const string LockEnd = ".lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // What .NET's flock answers when another process holds the file.
    private const int EWOULDBLOCK = 11;

    private readonly FileStream _lock;

    private WorkPlace(FileStream held, string root) => (_lock, Root) = (held, root);

    public string Root { get; }

    /// <param name="parent">Made if it is not there; nothing else may lie in it.</param>
    /// <exception cref="EzException">Store: the disk refused.</exception>
    public static WorkPlace Make(string parent)
    {
        try
        {
            Directory.CreateDirectory(parent, OwnerOnly);
            RemoveAbandoned(parent);
            while (true)
            {
                var root = Path.Combine(parent, RandomNumberGenerator.GetHexString(16, true));
                if (TryTake(root + LockEnd, FileMode.CreateNew) is { } held)
                {
                    var made = new WorkPlace(held, root);
                    made.MakeFolder();
                    return made;
                }
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw DiskFailure.Of("write", parent, failed);
        }
    }

    public string PathOf(string name) => Path.Combine(Root, name);

    public void Dispose()
    {
        try
        {
            Remove(Root);
            File.Delete(Root + LockEnd);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // On a broken disk; the next one to be made tries again.
        }

        _lock.Dispose();
    }

    private void MakeFolder()
    {
        try
        {
            Directory.CreateDirectory(Root, OwnerOnly);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its folder goes first, so that what has no lock file is nothing.</summary>
    private static void RemoveAbandoned(string parent)
    {
        foreach (var file in Directory.EnumerateFiles(parent, "*" + LockEnd).ToList())
        {
            using var free = TryTake(file, FileMode.Open);
            if (free is not null)
            {
                Remove(file[..^LockEnd.Length]);
                File.Delete(file);
            }
        }
    }

    /// <summary>Null if another has it, or has just removed it.</summary>
    private static FileStream? TryTake(string path, FileMode mode)
    {
        try
        {
            var taken = new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (mode == FileMode.Open || File.Exists(path))
            {
                return taken;
            }

            taken.Dispose();
            return null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException busy) when (busy.GetType() == typeof(IOException) && busy.HResult == EWOULDBLOCK)
        {
            return null;
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
