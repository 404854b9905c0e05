using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What is to come in.</summary>
internal sealed record IngestedRows(LockedRecipe Locked, IReadOnlyList<LockedPackage> Rows, PackageTrust Trust);

/// <summary>Unpacks each package that the store has not seen, on all cores; each once in the life of the store.</summary>
internal static class IngestPackages
{
    /// <param name="arrivals">Until an archive is there, others are unpacked.</param>
    /// <returns>The contents of every row, in the rows' order.</returns>
    public static PackageContents[] Run(Workspace workspace, IngestBatch batch, IngestedRows what, PackageArrivals arrivals, CancellationToken cancel)
    {
        var (locked, rows, trust) = what;
        var allowDevices = AllowsDevices(locked);
        var contents = new PackageContents[rows.Count];
        var total = rows.Sum(row => row.Size);
        long bytes = 0;
        var items = 0;

        var order = UnpackOrder.Of([.. rows.Select(row => row.Size)], Environment.ProcessorCount);
        OwnThreads.ForEach(Environment.ProcessorCount, stop => arrivals.InTurn(order, step => rows[step.Index].Sha256, stop), step =>
        {
            var i = step.Index;
            contents[i] = Unpack(workspace, batch, (rows[i], trust), new PackageReadOptions
            {
                FileName = Path.GetFileName(rows[i].Path),
                AllowDevices = allowDevices,
                DecoderThreads = step.DecoderThreads,
            }, cancel);
            if (!allowDevices)
            {
                RefuseDevices(rows[i], contents[i]);
            }

            var (done, count) = (Interlocked.Add(ref bytes, rows[i].Size), Interlocked.Increment(ref items));
            if (arrivals.IsComplete)
            {
                // Until then the fetch is what is waited for.
                workspace.Tell(new OperationEvent.Progress("ingest", done, total, count, rows.Count));
            }
        }, cancel);
        batch.Complete();
        return contents;
    }

    /// <summary>An application may bring what its OS may.</summary>
    public static bool AllowsDevices(LockedRecipe locked) => locked.File.Recipe.AllowDevices || locked.File.Base?.Recipe.AllowDevices == true;

    private static PackageContents Unpack(Workspace workspace, IngestBatch batch, (LockedPackage Row, PackageTrust Trust) package, PackageReadOptions options, CancellationToken cancel)
    {
        var isVerified = false;
        var contents = batch.Add(package.Row.Sha256, package.Row.ToString(), sink =>
        {
            cancel.ThrowIfCancellationRequested();
            package.Trust.Verify(package.Row, () => workspace.Store.OpenArchive(package.Row.Sha256));
            isVerified = true;
            using var archive = workspace.Store.OpenArchive(package.Row.Sha256);
            return PackageArchive.Read(archive, options, sink);
        });
        if (!isVerified)
        {
            package.Trust.VerifyKnown(workspace.Store, package.Row);
        }

        return contents;
    }

    /// <summary>The package may have come into the store for a recipe that allows them.</summary>
    private static void RefuseDevices(LockedPackage row, PackageContents contents)
    {
        if (contents.Entries.FirstOrDefault(e => e.Entry.Type is EntryType.CharacterDevice or EntryType.BlockDevice) is { } device)
        {
            throw DeviceRefusal.Of(row.ToString(), device.Entry.Path);
        }
    }
}
