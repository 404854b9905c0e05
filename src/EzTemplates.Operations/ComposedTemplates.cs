using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Formats.Locks;
using EzTemplates.Store;
using NuGet.Versioning;

namespace EzTemplates.Operations;

/// <summary>An OS version with applications on it, as one manifest: that of an application where it stands for just this, else composed once and kept.</summary>
internal static class ComposedTemplates
{
    /// <param name="below">An OS, or an application: then its OS, with it.</param>
    /// <exception cref="EzException">Unsolvable: the applications do not go with the OS, or not with each other.</exception>
    public static ShownTemplate Of(Workspace workspace, TemplateVersionRecord below, IReadOnlyList<string> with, CancellationToken cancel)
    {
        var (os, apps) = Choose(workspace.Store, below, with);
        if (apps is [var only] && StandsOn(only, os))
        {
            return new ShownTemplate(only.Reference.ToString(), only.Manifest, () => Compositions.IdOf(workspace.Store, only));
        }

        var locks = apps.Select(app => workspace.Store.Versions.ReadLock(app.Reference)).ToImmutableArray();
        var id = Compositions.IdOf(os.Manifest, locks, os.Rules);
        var manifest = Compositions.FindKept(workspace.Store, id) ?? Make(workspace, os, locks, id, cancel);
        return new ShownTemplate(string.Join('+', apps.Select(app => app.Reference.ToString()).Prepend(os.Reference.ToString())), manifest, () => id);
    }

    /// <summary>The OS, and the applications by name.</summary>
    private static (TemplateVersionRecord Os, ImmutableArray<TemplateVersionRecord> Apps) Choose(ContentStore store, TemplateVersionRecord below, IReadOnlyList<string> with)
    {
        var os = below;
        if (below.Base is { } named)
        {
            var reference = new TemplateReference(named.Template, named.Version);
            os = store.Versions.Find(reference) ?? throw new StoreException($"`{below.Reference}` stands on `{reference}`, which is not in the store", $"ez build {below.Reference.Template}");
        }

        var apps = with.Select(app => TemplateChoice.Find(store, app)).Concat(below.IsOs ? [] : [below]).DistinctBy(app => app.Reference)
            .OrderBy(app => app.Reference.Template, StringComparer.Ordinal).ToImmutableArray();
        foreach (var app in apps)
        {
            if (app.Base?.Template != os.Reference.Template)
            {
                throw new EzException(
                    FailureKind.Unsolvable,
                    $"`{app.Reference}` {(app.Base is { } other ? $"stands on `{other.Template}`" : "is an OS itself")}, so it cannot be shown on `{os.Reference}`",
                    "name applications on one OS: ez template list");
            }

            if (apps.FirstOrDefault(other => other.Reference.Template == app.Reference.Template) is { } same && same != app)
            {
                throw new EzException(FailureKind.Usage, $"`{same.Reference}` and `{app.Reference}` are versions of one application", "name one of them");
            }
        }

        return (os, apps);
    }

    private static bool StandsOn(TemplateVersionRecord app, TemplateVersionRecord os) =>
        app.Base is { } named && new TemplateReference(named.Template, named.Version) == os.Reference && named.LockDigest == os.Lock;

    private static Sha256Digest Make(Workspace workspace, TemplateVersionRecord os, ImmutableArray<TemplateLock> apps, Sha256Digest id, CancellationToken cancel)
    {
        using var writer = workspace.Store.BeginWriting(workspace.Patience);
        var below = workspace.Store.Versions.ReadLock(os.Reference);
        using var batch = writer.BeginIngest();
        var composed = Compose(workspace, writer, batch, (below, os), apps, cancel);
        return writer.CommitComposition(composed.Manifest, id, manifest => Compositions.Describe(id, below, apps, os.Rules, manifest));
    }

    /// <summary>What a composition's file says, composed once more.</summary>
    /// <exception cref="EzException">A version that it names is not in the store any more.</exception>
    public static ComposedManifest Again(Workspace workspace, StoreWriter writer, IngestBatch batch, CompositionJson kept, CancellationToken cancel) =>
        Compose(workspace, writer, batch, LockOf(workspace.Store, kept.Os), [.. kept.Apps.Select(app => LockOf(workspace.Store, app).Lock)], cancel);

    private static ComposedManifest Compose(
        Workspace workspace, StoreWriter writer, IngestBatch batch, (TemplateLock Lock, TemplateVersionRecord Version) os, ImmutableArray<TemplateLock> apps, CancellationToken cancel)
    {
        var added = CompositionSolving.Solve(workspace.Store, os.Lock, apps, cancel);
        var epoch = apps.Append(os.Lock).Max(held => held.Epoch);
        var layer = WithContents(workspace.Store, added);
        if (os.Lock.Rules == 0)
        {
            return ComposePackages.Run(workspace, epoch, [WithContents(workspace.Store, os.Lock.Packages), layer]).Tree;
        }

        var subject = new ConfigureSubject(string.Join('+', apps.Select(app => app.Template)), os.Lock.Architecture, epoch, os.Version) { Ids = IdsOfBuild.OfComposition(apps.Prepend(os.Lock)) };
        return ConfigureTemplate.Run(workspace, writer, batch, ComposePackages.Run(workspace, epoch, [layer]), subject, cancel).Tree;
    }

    private static (TemplateLock Lock, TemplateVersionRecord Version) LockOf(ContentStore store, CompositionRow row)
    {
        var record = NuGetVersion.TryParse(row.Version, out var version) ? store.Versions.Find(new TemplateReference(row.Template, version)) : null;
        var held = record is null ? null : store.Versions.ReadLock(record.Reference);
        return held is not null && LockText.DigestOf(held).ToString() == row.Lock
            ? (held, record!)
            : throw new StoreException($"`{row.Template}@{row.Version}`, which it is made of, is not in the store any more", $"ez build {row.Template}");
    }

    private static ImmutableArray<(LockedPackage Row, PackageContents Contents)> WithContents(ContentStore store, ImmutableArray<LockedPackage> rows) =>
        [.. rows.Select(row => (row, CompositionSolving.ContentsOf(store, row)))];
}
