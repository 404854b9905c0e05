using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// The note that an environment's private area is still made for another version. What <see cref="PrivateArea.Follow"/> does shows, so
/// it comes after a remap's commit; whoever looks next finds this note, if the remap was killed in between.
/// </summary>
internal sealed class UnsettledArea(EnvironmentHost host, EnvironmentName name)
{
    private readonly string _folder = host.Layout.EnvironmentOf(name.ToString());

    private string Note => Path.Combine(_folder, "unsettled");

    /// <summary>The caller syncs it.</summary>
    public void Write(Sha256Digest from, Sha256Digest to)
    {
        using var file = Libc.Open(null, Note, OpenFlags.Write | OpenFlags.Create | OpenFlags.Truncate | OpenFlags.NoFollow, 0b110_000_000);
        Libc.Write(file, Encoding.ASCII.GetBytes($"{from} {to}\n"));
    }

    /// <summary>Does what the note asks, if the version it speaks of is mapped, and removes it. The view is not mounted.</summary>
    public void Settle()
    {
        if (!File.Exists(Note))
        {
            return;
        }

        var words = Encoding.ASCII.GetString(StoreFile.Read(Note)).TrimEnd('\n').Split(' ');
        if (words.Length == 2 && Sha256Digest.TryParse(words[0], out var from) && Sha256Digest.TryParse(words[1], out var to)
            && EnvironmentHistory.Read(Path.Combine(_folder, "history"))[^1].To.Manifest == to)
        {
            PrivateArea.Follow(Path.Combine(_folder, "private"), host.ReadManifest(from), host.ReadManifest(to));
        }

        Libc.TryRemoveFile(null, Note);
    }

    /// <summary>For a remap that failed; what went wrong there matters more, and the next mount settles what this cannot.</summary>
    public void TrySettle()
    {
        try
        {
            Settle();
        }
        catch (StoreException)
        {
            // The same broken disk.
        }
    }

    /// <summary>Ends what a remap that was killed after its commit had still to do; one that is at work has the lock.</summary>
    public void Recover()
    {
        if (File.Exists(Note))
        {
            using var only = FileLock.TryAcquire(host.Layout.EnvironmentLockOf(name.ToString()), FileLockMode.Exclusive);
            if (only is not null)
            {
                Settle();
            }
        }
    }
}
