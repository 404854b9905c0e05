using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Formats;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// Makes damaged things of a store anew: objects and contents from the packages' archives (those at hand, else from a mirror),
/// manifests by composing them again, trees from manifests, the catalog from the files. Nothing is taken that is not what its digest
/// promises.
/// </summary>
internal sealed class RepairStore
{
    private readonly Workspace _workspace;
    private readonly StoreRepair _repair;
    private readonly IReadOnlyList<StoredVersion> _versions;
    private readonly Dictionary<string, string> _failures = new(StringComparer.Ordinal);
    private readonly StoreWriter _writer;
    private readonly IngestBatch _batch;
    private readonly CancellationToken _cancel;

    private RepairStore(Workspace workspace, StoreWriter writer, IngestBatch batch, StoreRepair repair, CancellationToken cancel)
    {
        (_workspace, _writer, _batch, _repair, _cancel) = (workspace, writer, batch, repair, cancel);
        _versions = StoredVersions.Readable(workspace.Store);
    }

    /// <returns>Paths that could not be repaired, with why.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> RunAsync(Workspace workspace, IReadOnlyList<string> recipes, IReadOnlyList<StoreFault> faults, CancellationToken cancel)
    {
        using var writer = workspace.Store.BeginWriting(workspace.Patience);
        using var repair = writer.BeginRepair();
        using var batch = writer.BeginIngest();
        var store = new RepairStore(workspace, writer, batch, repair, cancel);
        await store.FromArchivesAsync(recipes, faults).ConfigureAwait(false);
        foreach (var fault in faults)
        {
            store.Try(fault.Path, () => store.Mend(fault));
        }

        return store._failures;
    }

    private void Mend(StoreFault fault)
    {
        switch (fault.Thing)
        {
            case StoreThing.Manifest:
                RequireSame(fault.Digest, Recompose(fault.Digest));
                break;
            case StoreThing.Tree:
                _repair.MendTree(LayerKind.Tree, fault.Digest);
                break;
            case StoreThing.Copy:
                _repair.MendTree(LayerKind.Copy, fault.Digest);
                break;
            case StoreThing.Image:
                _repair.RestoreImage(fault.Digest);
                break;
            case StoreThing.Provenance when fault.Version is null:
                _repair.RestoreProvenance(fault.Digest, Recompose(Kept(fault.Digest)).Provenance);
                break;
            case StoreThing.Provenance:
                var version = VersionOf(fault);
                _repair.RestoreProvenance(version.Record.Reference, Recompose(version).Provenance);
                break;
            case StoreThing.Composition when fault.Version is null:
                _repair.RemoveComposition(fault.Digest);
                break;
            case StoreThing.Composition:
                _repair.RestoreComposition(fault.Digest, CheckStore.CompositionOf(_workspace, VersionOf(fault).Record).Text);
                break;
            case StoreThing.Catalog:
                _workspace.Store.Catalog.Rebuild();
                break;
            case StoreThing.Version or StoreThing.Lock:
                throw new EzException(
                    FailureKind.Store, "nothing else in the store says the same", "remove the version's files, and build it again from the lock beside its recipe: ez build RECIPE");
            default:
                break;
        }
    }

    private void RequireSame(Sha256Digest promised, ComposedManifest composed)
    {
        if (ManifestText.DigestOf(composed.Manifest) != promised)
        {
            throw new EzException(FailureKind.Store, "its packages compose to another manifest now: their contents are damaged too", "ez build RECIPE");
        }

        _repair.RestoreManifest(composed.Manifest);
    }

    private StoredVersion VersionOf(StoreFault fault) => _versions.FirstOrDefault(one => one.Record.Reference == fault.Version)
        ?? throw new EzException(FailureKind.Store, "the record or the lock of its version cannot be read", $"ez build {fault.Version?.Template}");

    private ComposedManifest Recompose(CompositionJson kept)
    {
        var composed = ComposedTemplates.Again(_workspace, _writer, _batch, kept, _cancel);
        return ManifestText.DigestOf(composed.Manifest).ToString() == kept.Manifest
            ? composed
            : throw new EzException(FailureKind.Store, "its packages compose to another manifest now, so whose its paths are cannot be told", "remap the environments on it to newer versions");
    }

    private CompositionJson Kept(Sha256Digest composition) => Compositions.Read(_workspace.Store.Layout.CompositionOf(composition))
        ?? throw new EzException(FailureKind.Store, "what it is made of cannot be read", "remove the file: composing the same again writes it again");

    private ComposedManifest Recompose(Sha256Digest manifest)
    {
        if (_versions.FirstOrDefault(one => one.Record.Manifest == manifest) is { } version)
        {
            return Recompose(version);
        }

        return Compositions.Of(_workspace.Store, manifest).FirstOrDefault() is { } kept
            ? ComposedTemplates.Again(_workspace, _writer, _batch, kept, _cancel)
            : throw new EzException(
                FailureKind.Store, "no version and no composition names it any more, so it cannot be composed again", "move the environments that map to it to another version");
    }

    private ComposedManifest Recompose(StoredVersion version)
    {
        var os = version.Record.Base is { } below ? Compositions.FindOs(_workspace.Store, version.Lock.Template, below) : null;
        TemplateLock[] layers = os is null ? [version.Lock] : [_workspace.Store.Versions.ReadLock(os.Reference), version.Lock];
        var subject = new ConfigureSubject(version.Lock.Template, version.Lock.Architecture, layers.Max(held => held.Epoch), version.Lock.Rules, os, [version.Record.Settings])
        {
            Family = version.Lock.Family,
            Ids = IdsOfBuild.OfComposition([version.Lock]),
            Limits = _workspace.ScriptLimits,
        };
        return MakeTree.Run(_workspace, _writer, _batch, subject, [.. layers.Select(held => held.Packages.Select(row => (row, Contents(row))).ToImmutableArray())], _cancel).Tree;
    }

    private PackageContents Contents(LockedPackage row) => _workspace.Store.FindContents(row.Sha256)
        ?? throw new EzException(FailureKind.Store, $"the contents of `{row}` are not in the store", "ez build RECIPE");

    /// <summary>Reads each archive that has something of what is damaged once, whatever it is needed for.</summary>
    private async Task FromArchivesAsync(IReadOnlyList<string> recipes, IReadOnlyList<StoreFault> faults)
    {
        var objects = faults.Where(fault => fault.Thing == StoreThing.Object).ToDictionary(fault => fault.Digest);
        var contents = faults.Where(fault => fault.Thing == StoreThing.Contents).ToDictionary(fault => fault.Digest);
        var search = new StoreSearch(_workspace.Store.Layout, _cancel);
        var makers = search.PackagesWith(objects.Keys.ToHashSet()).ToLookup(holder => holder.Object, holder => holder.Holder);
        var generated = search.ManifestsWith(objects.Keys.Where(digest => !makers.Contains(digest)).ToHashSet()).ToLookup(holder => holder.Object, holder => holder.Holder);
        var packages = contents.Keys.ToHashSet();
        foreach (var digest in objects.Keys.Where(digest => !makers[digest].Any(packages.Contains)))
        {
            if (Choose(makers[digest]) is { } package)
            {
                packages.Add(package);
            }
            else
            {
                _failures[objects[digest].Path] = _versions.FirstOrDefault(version => generated[digest].Contains(version.Record.Manifest)) is { } version
                    ? $"a maintainer script of `{version.Record.Reference}` made it: remove that version (ez template remove {version.Record.Reference}), and build it again"
                    : "no package whose contents are in the store has it; if nothing needs it, ez store gc removes it";
            }
        }

        var without = await new ArchiveSource(_workspace, recipes, _versions).BringAsync([.. packages], _cancel).ConfigureAwait(false);
        _repair.Want(objects.Keys);
        var unpacked = new List<PackageContents>();
        foreach (var package in packages)
        {
            var paths = contents.TryGetValue(package, out var fault)
                ? [fault.Path]
                : objects.Keys.Where(digest => makers[digest].Contains(package)).Select(digest => objects[digest].Path).ToList();
            if (without.TryGetValue(package, out var why))
            {
                paths.ForEach(path => _failures[path] = why);
                continue;
            }

            Try(paths[0], () => unpacked.Add(Unpack(package, contents.ContainsKey(package))));
        }

        var broken = faults.Select(fault => fault.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, failure) in _repair.Apply().Where(failed => broken.Contains(failed.Key)))
        {
            _failures[path] = failure.Message;
        }

        foreach (var one in unpacked.Where(one => contents.ContainsKey(one.Package)))
        {
            Try(contents[one.Package].Path, () => _repair.RestoreContents(one));
        }
    }

    /// <summary>One that needs no download, if there is one.</summary>
    private Sha256Digest? Choose(IEnumerable<Sha256Digest> packages)
    {
        var all = packages.Distinct().ToList();
        return all.Count == 0 ? null : all.Find(package => StoreFile.Exists(_workspace.Store.ArchivePath(package))) is var near && near != default ? near : all[0];
    }

    /// <param name="all">Every object of it may be missing, and is kept if it is.</param>
    private PackageContents Unpack(Sha256Digest package, bool all)
    {
        var options = new PackageReadOptions { FileName = package.Short, AllowDevices = true, DecoderThreads = Environment.ProcessorCount };
        if (all)
        {
            using var first = _workspace.Store.OpenArchive(package);
            var seen = PackageArchive.Read(first, options, (content, size) => HashOf(content, size));
            _repair.Want(seen.Control.Select(member => member.Content)
                .Concat(seen.Entries.Select(entry => entry.Entry.Content).OfType<Sha256Digest>())
                .Where(digest => !_workspace.Store.Objects.Has(digest)));
        }

        using var archive = _workspace.Store.OpenArchive(package);
        var contents = PackageArchive.Read(archive, options, _repair.Put);
        return contents.Package == package ? contents : throw new EzException(FailureKind.Untrusted, $"the archive `{_workspace.Store.ArchivePath(package)}` is another one than its name promises", "ez store gc");
    }

    private static Sha256Digest HashOf(Stream content, long size)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var buffer = new byte[81920];
        for (var left = size; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            content.ReadExactly(part);
            hash.AppendData(part);
            left -= part.Length;
        }

        return new Sha256Digest(hash.GetHashAndReset());
    }

    private void Try(string path, Action act)
    {
        try
        {
            act();
        }
        catch (EzException failure)
        {
            _failures[path] = failure.Message;
        }
    }
}
