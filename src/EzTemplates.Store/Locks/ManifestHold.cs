using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// Keeps a manifest, and so all that a view of it needs, from gc for as long as this lives, and writes nothing: a shared flock(2) on
/// the manifest's own file. gc takes the same lock exclusively, without waiting, before it deletes a manifest.
/// </summary>
public sealed class ManifestHold : IDisposable
{
    private const int MostOfHead = 1 << 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly SafeFileHandle _file;
    private readonly string _path;

    private ManifestHold(SafeFileHandle file, string path) => (_file, _path) = (file, path);

    /// <exception cref="StoreException">The store has no such manifest, or no more.</exception>
    internal static ManifestHold Take(string path)
    {
        var (file, errno) = Libc.TryOpen(null, path, OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            throw errno == Errnos.ENOENT ? Gone(path) : StoreException.FromErrno("open", path, errno);
        }

        try
        {
            // Whoever has it exclusively is about to delete it, which takes no time.
            while (!Libc.TryLock(file, FileLockMode.Shared))
            {
                Thread.Sleep(Pause);
            }

            return Libc.TryStatus(null, path) is { } named && named.IsSameFile(Libc.Status(file)) ? new ManifestHold(file, path) : throw Gone(path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The manifest's root directory, without reading the rest.</summary>
    public ManifestEntry ReadRoot()
    {
        var head = new byte[MostOfHead];
        return ManifestText.ReadRoot(head.AsSpan(0, Libc.Read(_file, head)), _path);
    }

    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            Libc.Unlock(_file);
            _file.Dispose();
        }
    }

    private static StoreException Gone(string path) => new($"the manifest `{path}` is not in the store", "build the version again from its lock");
}
