using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// The layout of <c>store/metadata</c>:
/// <code>
/// accepted/KEY.json     what was accepted last, by repository, archive root and suite
/// releases/SHA256       Release and repomd.xml files as they came (signed form)
/// indexes/DIGEST        Packages files and those of rpm-md as they came (compressed form)
/// universes/KEY         parsed form of a set of indexes
/// verified/KEY          what a verifier gave out for one of those, by its digest and those of the keys
/// work/                 what is not finished, see <see cref="WorkPlace"/>
/// </code>
/// Files appear whole, by rename; and as a crash of the machine may leave one short, each is believed by its digest (a universe by its
/// checksum) only. What was accepted has none, so it is on the disk before it gets its name.
/// </summary>
internal sealed class MetadataFolder
{
    private const int UniversesKept = 8;
    private static readonly TimeSpan UnusedFor = TimeSpan.FromDays(2);

    public MetadataFolder(string path)
    {
        FullPath = Path.GetFullPath(path);
        try
        {
            foreach (var name in new[] { "accepted", "releases", "indexes", "universes", "verified" })
            {
                Directory.CreateDirectory(Path.Combine(FullPath, name));
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw DiskFailure.Of("write", FullPath, failed);
        }
    }

    public string FullPath { get; }

    public string Work => Path.Combine(FullPath, "work");

    public string IndexPath(StatedDigest digest) => Path.Combine(FullPath, "indexes", digest.ToString());

    public string UniversePath(Sha256Digest key) => Path.Combine(FullPath, "universes", key.ToString());

    public string VerifiedPath(Sha256Digest key) => Path.Combine(FullPath, "verified", key.ToString());

    /// <summary>What was accepted last for a suite, from whichever root and for whichever repository.</summary>
    public IReadOnlyList<AcceptedRelease> AcceptedOf(string suite) =>
        [.. Directory.EnumerateFiles(Path.Combine(FullPath, "accepted"), "*.json").Select(Read).OfType<AcceptedRelease>().Where(a => a.Suite == suite)];

    /// <summary>Keeps the newer of two: another command may have accepted one meanwhile.</summary>
    public void Accept(AcceptedRelease accepted)
    {
        var path = AcceptedPath(accepted);
        var text = accepted.Write();
        if (Read(path) is { } other && (other.Date > accepted.Date || other.Write().AsSpan().SequenceEqual(text)))
        {
            return;
        }

        Write(path, text, FileSync.Sync);
    }

    /// <summary>
    /// As <see cref="Accept"/>, and forgets what was accepted before of the same repository from other roots: lists of mirrors name another
    /// one each day, and each would keep its files for good.
    /// </summary>
    public void AcceptInstead(AcceptedRelease accepted)
    {
        Accept(accepted);
        foreach (var other in OfSame(accepted).Where(other => other.Root != accepted.Root && other.Date <= accepted.Date))
        {
            File.Delete(AcceptedPath(other));
        }
    }

    /// <summary>Forgets what was accepted before of the same repository, from whichever root and however new.</summary>
    public void Forget(AcceptedRelease accepted)
    {
        foreach (var before in OfSame(accepted))
        {
            File.Delete(AcceptedPath(before));
        }
    }

    private IEnumerable<AcceptedRelease> OfSame(AcceptedRelease accepted) =>
        AcceptedOf(accepted.Suite).Where(other => other.Repository == accepted.Repository && other.Origin == accepted.Origin);

    /// <summary>A text kept by <see cref="KeepText"/>, or null where it is gone or damaged.</summary>
    public byte[]? FindText(string digest)
    {
        var path = Path.Combine(FullPath, "releases", digest);
        var text = File.Exists(path) ? File.ReadAllBytes(path) : null;
        return text is not null && Sha256Digest.Of(text).ToString() == digest ? text : null;
    }

    public string KeepText(byte[] text)
    {
        var digest = Sha256Digest.Of(text).ToString();
        if (FindText(digest) is null)
        {
            Write(Path.Combine(FullPath, "releases", digest), text);
        }

        return digest;
    }

    /// <param name="beforeNaming">What to do with the whole file before it appears.</param>
    public void Write(string path, ReadOnlySpan<byte> content, Action<FileStream>? beforeNaming = null)
    {
        using var work = WorkPlace.Make(Work);
        try
        {
            var unfinished = work.PathOf("file");
            using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0))
            {
                file.Write(content);
                beforeNaming?.Invoke(file);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw DiskFailure.Of("write", path, failed);
        }
    }

    /// <summary>Removes what no accepted Release names any more, leaving alone what another command may just be fetching.</summary>
    public void Prune(DateTimeOffset now)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(FullPath, "accepted"), "*.json"))
        {
            if (Read(file) is { } accepted)
            {
                used.UnionWith([accepted.Message, accepted.Signature ?? "", .. accepted.Indexes]);
            }
        }

        var texts = Directory.EnumerateFiles(Path.Combine(FullPath, "releases")).Concat(Directory.EnumerateFiles(Path.Combine(FullPath, "indexes")))
            .Where(file => !used.Contains(Path.GetFileName(file)))
            .Concat(Directory.EnumerateFiles(Path.Combine(FullPath, "verified")));
        foreach (var file in texts.Concat(UniversesByUse().Skip(UniversesKept)).Where(file => now - File.GetLastWriteTimeUtc(file) > UnusedFor).ToList())
        {
            File.Delete(file);
        }
    }

    /// <summary>The parsed forms that are kept however old they are, the one opened last first.</summary>
    public IEnumerable<string> Universes() => UniversesByUse().Take(UniversesKept);

    private IEnumerable<string> UniversesByUse() => new DirectoryInfo(Path.Combine(FullPath, "universes")).EnumerateFiles()
        .OrderByDescending(file => file.LastWriteTimeUtc).Select(file => file.FullName);

    private static AcceptedRelease? Read(string file)
    {
        try
        {
            return AcceptedRelease.Read(File.ReadAllBytes(file));
        }
        catch (Exception gone) when (gone is IOException or JsonException)
        {
            return null;
        }
    }

    private string AcceptedPath(AcceptedRelease accepted)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{accepted.Repository}\n{accepted.Root}\n{accepted.Suite}"));
        return Path.Combine(FullPath, "accepted", Convert.ToHexStringLower(key)[..32] + ".json");
    }
}
