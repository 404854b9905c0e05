using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// The note that an environment's private area is still made for another version. What <see cref="PrivateArea.Follow"/> and a mapping's
/// steps do shows, so it comes after a remap's commit; whoever looks next finds this note, if the remap was killed in between.
/// </summary>
internal sealed class UnsettledArea(EnvironmentHost host, EnvironmentName name)
{
    private readonly string _folder = host.Layout.EnvironmentOf(name.ToString());

    /// <summary>Whether there is something left to do.</summary>
    public bool IsThere => File.Exists(Note);

    private string Note => Path.Combine(_folder, "unsettled");

    /// <summary>The caller syncs it.</summary>
    /// <param name="number">Of the history's line that will say so.</param>
    public void Write(Sha256Digest from, Sha256Digest to, int number)
    {
        using var file = Libc.Open(null, Note, OpenFlags.Write | OpenFlags.Create | OpenFlags.Truncate | OpenFlags.NoFollow, 0b110_000_000);
        Libc.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{from} {to} {number}\n")));
    }

    /// <summary>Does what the note asks, if the version it speaks of is mapped, and removes it. The view is not mounted.</summary>
    public void Settle()
    {
        if (!IsThere)
        {
            return;
        }

        var history = EnvironmentHistory.Read(Path.Combine(_folder, "history"));
        var (last, kept) = (history[^1], new KeptMappings(_folder));
        if (TryRead() is { } note && note.To == last.To.Manifest && note.Number == last.Number)
        {
            var (area, next) = (Path.Combine(_folder, "private"), host.ReadManifest(note.To));
            kept.Do(note.Number, area, next);
            PrivateArea.Follow(area, host.ReadManifest(note.From), next);
        }

        kept.KeepOnly([.. Remapper.StackOfLines(history).Select(entry => entry.Number)]);
        Libc.TryRemoveFile(null, Note);
    }

    /// <returns>Null for what was not written to its end.</returns>
    private (Sha256Digest From, Sha256Digest To, int Number)? TryRead() =>
        Encoding.ASCII.GetString(StoreFile.Read(Note)).TrimEnd('\n').Split(' ') is [var from, var to, var line]
        && Sha256Digest.TryParse(from, out var before) && Sha256Digest.TryParse(to, out var after) && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (before, after, number)
            : null;

    /// <summary>For a remap that failed; what went wrong there matters more, and the next mount settles what this cannot.</summary>
    public void TrySettle()
    {
        try
        {
            Settle();
        }
        catch (Exception refused) when (refused is StoreException || DiskFailure.Is(refused))
        {
            // The same broken disk.
        }
    }

    /// <summary>Ends what a remap that was killed after its commit had still to do; one that is at work has the lock.</summary>
    public void Recover()
    {
        if (IsThere)
        {
            using var only = FileLock.TryAcquire(host.Layout.EnvironmentLockOf(name.ToString()), FileLockMode.Exclusive);
            if (only is not null)
            {
                Settle();
            }
        }
    }
}
