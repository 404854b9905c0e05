using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;

namespace EzTemplates.Store;

/// <summary>A text of the store that names an object.</summary>
/// <param name="Path">One of the paths by which it does; a control member's name where it is one.</param>
public readonly record struct ObjectHolder(Sha256Digest Holder, Sha256Digest Object, string Path);

/// <summary>Who names what, found by reading every text; there is no index that could be wrong.</summary>
public sealed class StoreSearch(StoreLayout layout, CancellationToken cancellation = default)
{
    /// <summary>Packages whose contents name one of the objects.</summary>
    public ImmutableArray<ObjectHolder> PackagesWith(IReadOnlySet<Sha256Digest> objects) => Find(layout.Contents, objects, (text, path) =>
    {
        var contents = ContentsText.Read(text, path);
        return contents.Control.Select(member => (member.Content, member.Name))
            .Concat(contents.Entries.Where(entry => entry.Entry.Content is not null).Select(entry => (entry.Entry.Content!.Value, entry.Entry.Path.ToString())));
    });

    /// <summary>Manifests that name one of the objects.</summary>
    public ImmutableArray<ObjectHolder> ManifestsWith(IReadOnlySet<Sha256Digest> objects) => Find(layout.Manifests, objects, (text, path) =>
        ManifestText.Read(text, path).Entries.Where(entry => entry.Content is not null).Select(entry => (entry.Content!.Value, entry.Path.ToString())));

    public IEnumerable<Sha256Digest> Compositions() => GarbageMark.DigestsIn(layout.Compositions).Distinct();

    /// <summary>Everything in the store whose digest starts so, by kind.</summary>
    public ImmutableArray<(string Kind, Sha256Digest Digest)> StartingWith(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        IEnumerable<(string, Sha256Digest)> In(string kind, string folder) =>
            GarbageMark.DigestsIn(folder).Where(digest => digest.ToString().StartsWith(digits, StringComparison.Ordinal)).Select(digest => (kind, digest));
        return
        [
            .. ObjectsStartingWith(digits).Select(digest => ("object", digest)),
            .. In("package", layout.Contents).Concat(In("package", layout.Archives)).Distinct(),
            .. In("manifest", layout.Manifests).Concat(In("manifest", layout.Trees)).Concat(In("manifest", layout.Copies)).Concat(In("manifest", layout.Images)).Distinct(),
            .. In("composition", layout.Compositions).Distinct(),
        ];
    }

    private IEnumerable<Sha256Digest> ObjectsStartingWith(string digits)
    {
        var folder = Path.Combine(layout.Objects, digits[..2]);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, digits[2..] + "*").Select(file => digits[..2] + Path.GetFileName(file))
                .Where(name => Sha256Digest.TryParse(name, out _)).Select(name => Sha256Digest.Parse(name)).Order()
            : [];
    }

    /// <summary>A text that is damaged names nothing here; check tells of it.</summary>
    private ImmutableArray<ObjectHolder> Find(
        string folder, IReadOnlySet<Sha256Digest> objects, Func<byte[], string, IEnumerable<(Sha256Digest Content, string Path)>> read)
    {
        var found = new System.Collections.Concurrent.ConcurrentBag<ObjectHolder>();
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(GarbageMark.DigestsIn(folder), options, holder =>
        {
            var path = Path.Combine(folder, holder.ToString());
            try
            {
                if (StoreFile.TryRead(path) is { } text && NamesOne(text, path, objects))
                {
                    foreach (var (content, name) in read(text, path).Where(named => objects.Contains(named.Content)))
                    {
                        found.Add(new ObjectHolder(holder, content, name));
                    }
                }
            }
            catch (EzException damaged) when (damaged.Kind == FailureKind.Store)
            {
            }
        });
        return [.. found.OrderBy(holder => holder.Object).ThenBy(holder => holder.Holder).ThenBy(holder => holder.Path, StringComparer.Ordinal)];
    }

    private static bool NamesOne(byte[] text, string path, IReadOnlySet<Sha256Digest> objects)
    {
        for (var names = new ObjectNames(text, path); names.MoveNext();)
        {
            if (objects.Contains(names.Current))
            {
                return true;
            }
        }

        return false;
    }
}
