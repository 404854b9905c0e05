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
    /// <param name="with">Applications, as a person names them.</param>
    /// <exception cref="EzException">Unsolvable: the applications do not go with the OS, or not with each other.</exception>
    public static ShownTemplate Of(Workspace workspace, TemplateVersionRecord below, IReadOnlyList<string> with, CancellationToken cancel)
    {
        var (os, apps) = Choose(workspace.Store, below, with);
        return Of(workspace, os, apps, cancel);
    }

    public static ShownTemplate Of(Workspace workspace, TemplateVersionRecord os, ImmutableArray<TemplateVersionRecord> apps, CancellationToken cancel)
    {
        if (FindKept(workspace.Store, os, apps) is { } kept)
        {
            return kept;
        }

        var locked = Locked(workspace.Store, apps);
        var id = Compositions.IdOf(os.Manifest, locked.Select(app => app.Lock), os.Rules);
        return new ShownTemplate(NameOf([os, .. apps]), Make(workspace, os, locked, id, cancel), () => id);
    }

    /// <summary>Null where it has to be made first.</summary>
    /// <exception cref="EzException">They do not stand on one OS.</exception>
    public static ShownTemplate? FindKept(ContentStore store, TemplateVersionRecord os, ImmutableArray<TemplateVersionRecord> apps)
    {
        RequireOneOs(os, apps);
        if (apps.IsEmpty || (apps is [var only] && StandsOn(only, os)))
        {
            var version = apps.IsEmpty ? os : apps[0];
            return new ShownTemplate(version.Reference.ToString(), version.Manifest, () => Compositions.IdOf(store, version));
        }

        var id = Compositions.IdOf(os.Manifest, Locked(store, apps).Select(app => app.Lock), os.Rules);
        return Compositions.FindKept(store, id) is { } manifest ? new ShownTemplate(NameOf([os, .. apps]), manifest, () => id) : null;
    }

    /// <summary>By name.</summary>
    private static ImmutableArray<(TemplateLock Lock, TemplateVersionRecord Version)> Locked(ContentStore store, ImmutableArray<TemplateVersionRecord> apps) =>
        [.. apps.OrderBy(app => app.Reference.Template, StringComparer.Ordinal).Select(app => (store.Versions.ReadLock(app.Reference), app))];

    /// <summary>What a composition is called; an application alone on the OS version that it was locked on stands for both.</summary>
    /// <param name="versions">The OS first, or only applications.</param>
    public static string NameOf(ImmutableArray<TemplateVersionRecord> versions) => versions is [{ IsOs: true } os, var only] && StandsOn(only, os)
        ? only.Reference.ToString()
        : string.Join('+', versions.OrderBy(version => !version.IsOs).ThenBy(version => version.Reference.Template, StringComparer.Ordinal).Select(version => version.Reference));

    private static (TemplateVersionRecord Os, ImmutableArray<TemplateVersionRecord> Apps) Choose(ContentStore store, TemplateVersionRecord below, IReadOnlyList<string> with)
    {
        var os = below;
        if (below.Base is { } named)
        {
            var reference = new TemplateReference(named.Template, named.Version);
            os = store.Versions.Find(reference) ?? throw new StoreException($"`{below.Reference}` stands on `{reference}`, which is not in the store", $"ez build {below.Reference.Template}");
        }

        return (os, [.. with.Select(app => TemplateChoice.Find(store, app)).Concat(below.IsOs ? [] : [below]).DistinctBy(app => app.Reference)]);
    }

    private static void RequireOneOs(TemplateVersionRecord os, ImmutableArray<TemplateVersionRecord> apps)
    {
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
    }

    private static bool StandsOn(TemplateVersionRecord app, TemplateVersionRecord os) =>
        app.Base is { } named && new TemplateReference(named.Template, named.Version) == os.Reference && named.LockDigest == os.Lock;

    private static Sha256Digest Make(Workspace workspace, TemplateVersionRecord os, ImmutableArray<(TemplateLock Lock, TemplateVersionRecord Version)> apps, Sha256Digest id, CancellationToken cancel)
    {
        var tree = new Lazy<Manifest>(() => workspace.Store.Versions.ReadManifest(os.Manifest));
        SettingsAgreement.Require([.. apps.Select(app => app.Version)], path => TreeLinks.Settle(path, tree.Value.Find));
        using var writer = workspace.Store.BeginWriting(workspace.Patience);
        var below = workspace.Store.Versions.ReadLock(os.Reference);
        using var batch = writer.BeginIngest();
        var composed = Compose(workspace, writer, batch, (below, os), apps, cancel);
        var manifest = writer.CommitComposition(composed, id, manifest => Compositions.Describe(id, below, apps.Select(app => app.Lock), os.Rules, manifest));
        writer.ForgetScriptOutput(NameOf(apps.Select(app => app.Lock)));
        return manifest;
    }

    /// <summary>What a composition's file says, composed once more.</summary>
    /// <exception cref="EzException">A version that it names is not in the store any more.</exception>
    public static ComposedManifest Again(Workspace workspace, StoreWriter writer, IngestBatch batch, CompositionJson kept, CancellationToken cancel) =>
        Compose(workspace, writer, batch, LockOf(workspace.Store, kept.Os), [.. kept.Apps.Select(app => LockOf(workspace.Store, app))], cancel);

    private static ComposedManifest Compose(
        Workspace workspace,
        StoreWriter writer,
        IngestBatch batch,
        (TemplateLock Lock, TemplateVersionRecord Version) os,
        ImmutableArray<(TemplateLock Lock, TemplateVersionRecord Version)> apps,
        CancellationToken cancel)
    {
        var locks = apps.Select(app => app.Lock).ToImmutableArray();
        var added = CompositionSolving.Solve(workspace.Store, os.Lock, locks, cancel);
        var subject = new ConfigureSubject(
            NameOf(locks),
            os.Lock.Architecture,
            locks.Append(os.Lock).Max(held => held.Epoch),
            os.Lock.Rules,
            os.Version,
            [.. apps.Select(app => app.Version.Settings)])
        {
            Family = os.Lock.Family,
            Limits = workspace.ScriptLimits,
            Ids = IdsOfBuild.OfComposition(locks.Prepend(os.Lock)),
        };
        return MakeTree.Run(workspace, writer, batch, subject, [WithContents(workspace.Store, os.Lock.Packages), WithContents(workspace.Store, added)], cancel).Tree;
    }

    /// <summary>For errors, and for what its scripts say.</summary>
    private static string NameOf(IEnumerable<TemplateLock> apps) => string.Join('+', apps.Select(app => app.Template));

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
