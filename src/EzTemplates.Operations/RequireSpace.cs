using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// A full disk is met before the work. What a build will take is not known before it is unpacked: a lock has the archives' sizes alone.
/// So this counts what it will hardly do without: the archives that are to come, and twice the size of each archive that is to be
/// unpacked. Debian's packages unpack to between two and five times their size. Files that the store has already take nothing, so an
/// update most of whose files it has could do with less, on a disk that is all but full.
/// </summary>
internal static class RequireSpace
{
    private const int UnpackedPerArchive = 2;

    /// <param name="toFetch">Rows whose archive is to be downloaded.</param>
    /// <exception cref="EzException">Store: too little is free.</exception>
    public static void For(Workspace workspace, string template, IEnumerable<LockedPackage> toFetch, IEnumerable<LockedPackage> rows)
    {
        var unpack = rows.DistinctBy(row => row.Sha256).Where(row => !workspace.Store.HasContents(row.Sha256)).Sum(row => row.Size);
        var needed = toFetch.Sum(row => row.Size) + (UnpackedPerArchive * unpack);
        if (needed > 0 && FreeBytes(workspace.Store) is { } free && free < needed)
        {
            throw new EzException(
                FailureKind.Store,
                $"building `{template}` needs {Megabytes(needed)} at least, {Megabytes(free)} are free in `{workspace.Store.Layout.Root}`",
                "ez store gc");
        }
    }

    /// <summary>What this user may fill: root also what a file system reserves, root of an ordinary user's namespaces not.</summary>
    /// <returns>Null where the kernel does not tell.</returns>
    private static long? FreeBytes(ContentStore store)
    {
        try
        {
            var drive = new DriveInfo(store.Layout.Root);
            return store.Ids.IsRootless ? drive.AvailableFreeSpace : drive.TotalFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes + 999_999) / 1_000_000} MB");
}
