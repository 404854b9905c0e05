using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>The second half of the main path: a lock becomes a committed version.</summary>
public static class BuildTemplate
{
    /// <summary>Does nothing where the store has this version of this lock already.</summary>
    public static async Task<BuildSummary> RunAsync(Workspace workspace, LockedRecipe locked, CancellationToken cancel)
    {
        if (FindDone(workspace, locked) is { } done)
        {
            return BuildFigures.OfExisting(done);
        }

        LockMaking.RequireKnownRules(locked.Lock);
        if (workspace.Store.Versions.Find(new TemplateReference(locked.Lock.Template, locked.Lock.Version)) is { } other)
        {
            TemplateVersions.RequireLock(other, LockText.DigestOf(locked.Lock));
        }

        var layers = Layers(locked);
        var rows = layers.SelectMany(layer => layer).ToList();
        if (workspace.Options.DryRun)
        {
            return BuildFigures.OfPlan(locked.Lock, rows.Count, FetchPackages.Missing(workspace, rows).Sum(row => row.Size));
        }

        // Asked before the work: on some kernels there is none for this user.
        _ = workspace.Store.Layer;
        RequireIds.ToConfigure(workspace.Store, locked.Lock);
        var subject = locked.Lock.Rules == 0 ? null : Subject(workspace, locked);
        using var writer = workspace.Store.BeginWriting(workspace.Patience);
        var downloaded = await workspace.Steps.RunAsync("fetch", () => FetchPackages.RunAsync(workspace, locked, rows, cancel)).ConfigureAwait(false);
        using var batch = writer.BeginIngest();
        var contents = workspace.Steps.Run("ingest", () => IngestPackages.Run(workspace, batch, locked, rows, cancel));
        var composed = workspace.Steps.Run("compose", () => ComposePackages.Run(workspace, Epoch(locked), ToCompose(locked, WithContents(layers, contents))));
        var (tree, ids) = subject is null
            ? new ConfiguredTree(composed.Tree, [])
            : workspace.Steps.Run("configure", () => ConfigureTemplate.Run(workspace, writer, batch, composed, subject, cancel));
        var commit = new VersionCommit(locked.Lock with { Ids = ids }, tree.Manifest, tree.Provenance, rows.Count) { Keep = locked.File.Recipe.KeepVersions };
        var version = workspace.Steps.Run("commit", () => Commit(writer, commit));
        LockIds.Write(workspace, locked, ids);
        return BuildFigures.OfBuilt(version, downloaded, batch.Statistics);
    }

    /// <summary>The version that this very lock has made, if it has and the store holds all of it.</summary>
    public static TemplateVersionRecord? FindDone(ContentStore store, TemplateLock held) =>
        store.Versions.Find(new TemplateReference(held.Template, held.Version)) is { } done
            && done.Lock == LockText.DigestOf(held) && store.Versions.IsWhole(done) ? done : null;

    /// <summary>As <see cref="FindDone(ContentStore, TemplateLock)"/>; the lock gets the ids that came with the build, where it lacks them.</summary>
    /// <exception cref="EzException">Usage: the version has other ids than the lock.</exception>
    public static TemplateVersionRecord? FindDone(Workspace workspace, LockedRecipe locked)
    {
        var done = FindDone(workspace.Store, locked.Lock);
        if (done is not null)
        {
            LockIds.Fit(workspace, locked, done);
        }

        return done;
    }

    /// <summary>The packages bottom up: the OS's rows, then the application's own.</summary>
    private static ImmutableArray<ImmutableArray<LockedPackage>> Layers(LockedRecipe locked) =>
        locked.Base is null ? [locked.Lock.Packages] : [.. Layers(locked.Base), locked.Lock.Packages];

    /// <summary>A composition's epoch is the newest of its locks'.</summary>
    private static long Epoch(LockedRecipe locked) => Math.Max(locked.Lock.Epoch, locked.Base is null ? long.MinValue : Epoch(locked.Base));

    /// <summary>Where scripts run, an application's packages are laid on its OS's configured tree; else all are unpacked to one.</summary>
    private static ImmutableArray<ImmutableArray<(LockedPackage, PackageContents)>> ToCompose(LockedRecipe locked, ImmutableArray<ImmutableArray<(LockedPackage, PackageContents)>> layers) =>
        locked.Lock.Rules == 0 ? layers : layers[^1..];

    /// <summary>An application is configured on its OS's version, which is built before it. Numbers that disagree are an error here, before the work.</summary>
    private static ConfigureSubject Subject(Workspace workspace, LockedRecipe locked) =>
        new(locked.Lock.Template, locked.Lock.Architecture, Epoch(locked), locked.Lock.Base is { } os ? Compositions.FindOs(workspace.Store, locked.Lock.Template, os) : null)
        {
            AllowDevices = IngestPackages.AllowsDevices(locked),
            Ids = IdsOfBuild.Of(workspace, locked),
        };

    private static ImmutableArray<ImmutableArray<(LockedPackage, PackageContents)>> WithContents(
        ImmutableArray<ImmutableArray<LockedPackage>> layers, PackageContents[] contents)
    {
        var next = 0;
        return [.. layers.Select(layer => layer.Select(row => (row, contents[next++])).ToImmutableArray())];
    }

    private static TemplateVersionRecord Commit(StoreWriter writer, VersionCommit commit) => writer.Commit(commit with
    {
        Compose = version =>
        {
            var composition = Compositions.IdOf(writer.Store, version);
            return (composition, Compositions.Describe(composition, commit.Lock, version.Manifest));
        },
    });
}
