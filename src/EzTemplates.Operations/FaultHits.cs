using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Which template versions need what is damaged. Texts do not say who names them: the store is searched once, for all faults.</summary>
internal sealed class FaultHits
{
    private readonly IReadOnlyList<StoredVersion> _versions;
    private readonly ILookup<Sha256Digest, Sha256Digest> _manifests = Array.Empty<Sha256Digest>().ToLookup(digest => digest);
    private readonly ILookup<Sha256Digest, Sha256Digest> _packages = Array.Empty<Sha256Digest>().ToLookup(digest => digest);

    public FaultHits(ContentStore store, IEnumerable<StoreFault> faults, CancellationToken cancel)
    {
        _versions = StoredVersions.Readable(store);
        var objects = faults.Where(fault => fault.Thing == StoreThing.Object).Select(fault => fault.Digest).ToHashSet();
        if (objects.Count > 0)
        {
            var search = new StoreSearch(store.Layout, cancel);
            _manifests = search.ManifestsWith(objects).ToLookup(holder => holder.Object, holder => holder.Holder);
            _packages = search.PackagesWith(objects).ToLookup(holder => holder.Object, holder => holder.Holder);
        }
    }

    public IEnumerable<string> Of(StoreFault fault) => fault.Thing switch
    {
        StoreThing.Manifest or StoreThing.Tree or StoreThing.Copy or StoreThing.Image => Names(version => version.Record.Manifest == fault.Digest),
        StoreThing.Contents => Names(version => version.Lock.Packages.Any(row => row.Sha256 == fault.Digest)),
        StoreThing.Object => OfObject(fault.Digest),
        _ => fault.Version is { } one ? [one.ToString()] : [],
    };

    private IEnumerable<string> OfObject(Sha256Digest digest)
    {
        var (manifests, packages) = (_manifests[digest].ToHashSet(), _packages[digest].ToHashSet());
        return Names(version => manifests.Contains(version.Record.Manifest) || version.Lock.Packages.Any(row => packages.Contains(row.Sha256)));
    }

    private IEnumerable<string> Names(Func<StoredVersion, bool> isHit) => _versions.Where(isHit).Select(version => version.Record.Reference.ToString());
}
