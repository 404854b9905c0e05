using System.Globalization;
using System.Text;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// Before anything is touched: the root is a store that we know and own, or an empty folder, or absent. Then nobody else may enter it:
/// set-id files and devices of templates lie below.
/// </summary>
internal static class StoreGuard
{
    private const int OwnerOnly = 0b111_000_000;

    /// <returns>Which ids the store there has; null if there is none yet.</returns>
    public static StoreIds? Check(StoreLayout layout)
    {
        var (root, errno) = Libc.TryOpen(null, layout.Root, OpenFlags.Directory);
        if (root is null && errno == Errnos.ENOENT)
        {
            MakeRoot(layout.Root);
            (root, errno) = Libc.TryOpen(null, layout.Root, OpenFlags.Directory);
        }

        using (root ?? throw StoreException.FromErrno("open the store", layout.Root, errno))
        {
            var isStore = HasKnownFormat(layout);
            var status = Libc.Status(root);
            if (status.Uid != Libc.EffectiveUserId)
            {
                throw StoreException.ForeignOwner(
                    string.Create(CultureInfo.InvariantCulture, $"the store `{layout.Root}` belongs to user {status.Uid}, not to {Libc.EffectiveUserId}"),
                    "run as its owner, or choose a store of your own with --store DIR");
            }

            if (!isStore && Libc.ReadFolder(root).Any(member => !MayBeThere(member.Name)))
            {
                throw new StoreException($"`{layout.Root}` is no store, and is not empty", "choose an empty folder with --store DIR");
            }

            if (status.Mode != OwnerOnly)
            {
                Libc.ChangeMode(root, OwnerOnly);
            }

            return isStore ? CheckIds(layout) : null;
        }
    }

    /// <summary>Root's store and an ordinary user's are unlike in all their trees and private areas; a change of owner makes neither the other.</summary>
    private static StoreIds CheckIds(StoreLayout layout)
    {
        var ids = StoreIds.Read(layout);
        if (ids.IsRootless && Libc.EffectiveUserId == 0 && FirstUserNamespace.IsOurs)
        {
            throw StoreException.ForeignOwner(
                $"the store `{layout.Root}` was made by an ordinary user: root's environments cannot be in it", "choose another store with --store DIR");
        }

        return ids.IsRootless || Libc.EffectiveUserId == 0
            ? ids
            : throw StoreException.ForeignOwner(
                $"the store `{layout.Root}` was made by root: an ordinary user's environments cannot be in it", "choose another store with --store DIR");
    }

    /// <summary>What a command that was killed while it made the store left, and what mkfs makes in the root of a file system.</summary>
    private static bool MayBeThere(string name) => name is "store" or "environments" or "lost+found";

    private static bool HasKnownFormat(StoreLayout layout)
    {
        if (StoreFile.TryRead(layout.Format) is not { } text)
        {
            return false;
        }

        var word = Encoding.Latin1.GetString(text).Trim();
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var format) || format < 1)
        {
            throw new StoreException($"`{layout.Format}` names no store format", "if this is a store, put its format number there again");
        }

        if (format > ContentStore.CurrentFormat)
        {
            throw new StoreException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the store `{layout.Root}` has format {format}; this ez knows formats up to {ContentStore.CurrentFormat}"),
                "use the newer ez that made it, or choose another store with --store DIR");
        }

        return true;
    }

    private static void MakeRoot(string root)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root) ?? "/");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreException.FromIO("create the folder of the store", root, failure);
        }

        // Another command may make it at the same moment.
        Libc.TryMakeFolder(null, root, OwnerOnly);
    }
}
