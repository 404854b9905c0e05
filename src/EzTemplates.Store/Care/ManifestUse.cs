using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// What lies on disk for a manifest, and whether somebody stands on it. <c>ez run</c> has a shared flock on the manifest's file for as
/// long as it lives; a mounted layer is a file system of its own.
/// </summary>
internal static class ManifestUse
{
    /// <summary>Its layers, then the manifest itself.</summary>
    public static IEnumerable<string> FilesOf(StoreLayout layout, Sha256Digest manifest) =>
        [layout.TreeOf(manifest), layout.CopyOf(manifest), layout.ImageOf(manifest), layout.ManifestOf(manifest)];

    /// <returns>Null where nobody does.</returns>
    public static string? HolderOf(StoreLayout layout, Sha256Digest manifest) => TryHolder(layout, manifest) ?? MountOf(layout, manifest);

    /// <summary>Who has the manifest's flock.</summary>
    public static string? TryHolder(StoreLayout layout, Sha256Digest manifest)
    {
        var (free, held) = TryHold(layout, manifest);
        free?.Dispose();
        return held;
    }

    /// <summary>
    /// Takes the manifest's flock for its removal. Never through <see cref="FileLock"/>, which writes into the file that it locks.
    /// </summary>
    /// <returns>Neither where the manifest is not there.</returns>
    public static (SafeFileHandle? Free, string? Holder) TryHold(StoreLayout layout, Sha256Digest manifest)
    {
        var path = layout.ManifestOf(manifest);
        var (file, errno) = Libc.TryOpen(null, path, OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            return errno == Errnos.ENOENT ? (null, null) : throw StoreException.FromErrno("open", path, errno);
        }

        if (Libc.TryLock(file, FileLockMode.Exclusive))
        {
            return (file, null);
        }

        using (file)
        {
            var holders = LockHolder.OfInode(Libc.Status(file).Inode);
            return (null, holders.IsEmpty ? "a running command" : $"running: {string.Join(", ", holders)}");
        }
    }

    public static string? MountOf(StoreLayout layout, Sha256Digest manifest)
    {
        var store = Libc.TryStatus(null, layout.Store)?.Device;
        foreach (var point in (string[])[layout.LayerPointOf(manifest), Path.Combine(layout.Store, "views", manifest.ToString())])
        {
            if (Libc.TryStatus(null, point) is { } status && status.Device != store)
            {
                return $"mounted at {point}";
            }
        }

        return null;
    }
}
