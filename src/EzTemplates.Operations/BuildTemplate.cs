using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>The second half of the main path: a lock becomes a committed version.</summary>
public static class BuildTemplate
{
    /// <summary>Does nothing where the store has this version of this lock already.</summary>
    public static Task<BuildSummary> RunAsync(Workspace workspace, LockedRecipe locked, CancellationToken cancel) => RunAsync(workspace, locked, null, cancel);

    /// <param name="meanwhile">What may be done while the tree is made: by then there is nothing more to fetch or unpack.</param>
    internal static async Task<BuildSummary> RunAsync(Workspace workspace, LockedRecipe locked, Func<Task>? meanwhile, CancellationToken cancel)
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
        var subject = Subject(workspace, locked);
        using var writer = workspace.Store.BeginWriting(workspace.Patience);
        using var batch = writer.BeginIngest();
        using var trust = PackageTrust.Of(workspace, writer, locked);
        var packages = BringPackages.Begin(workspace, batch, new IngestedRows(locked, rows, trust), cancel);
        await using var ended = packages.ConfigureAwait(false);
        var downloaded = await workspace.Steps.RunAsync("fetch", () => packages.Fetched).ConfigureAwait(false);
        var contents = await workspace.Steps.RunAsync("ingest", () => packages.Unpacked).ConfigureAwait(false);
        var beside = meanwhile is null ? Task.CompletedTask : Task.Run(meanwhile, cancel);
        ConfiguredTree made;
        try
        {
            made = MakeTree.Run(workspace, writer, batch, subject, WithContents(layers, contents), cancel);
        }
        finally
        {
            await beside.ConfigureAwait(false);
        }

        var commit = new VersionCommit(locked.Lock with { Ids = made.Ids }, made.Tree.Manifest, made.Tree.Provenance, rows.Count)
        {
            Keep = locked.File.Recipe.KeepVersions,
            Settings = locked.File.Recipe.Settings,
            Repositories = [.. locked.File.Recipe.Repositories.Select(KeyBlocks.Inline)],
        };
        var version = workspace.Steps.Run("commit", () => Commit(writer, commit));
        writer.ForgetScriptOutput(subject.Name);
        LockIds.Write(workspace, locked, made.Ids);
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

    /// <summary>An OS's version is built before its applications'. Numbers that disagree are an error here, before the work.</summary>
    private static ConfigureSubject Subject(Workspace workspace, LockedRecipe locked)
    {
        var os = locked.Lock.Base is { } below ? Compositions.FindOs(workspace.Store, locked.Lock.Template, below) : null;
        return new ConfigureSubject(locked.Lock.Template, locked.Lock.Architecture, Epoch(locked), locked.Lock.Rules, os, [locked.File.Recipe.Settings])
        {
            Family = locked.Lock.Family,
            Ids = locked.Lock.Rules == 0 ? IdsOfBuild.OfComposition([]) : IdsOfBuild.Of(workspace, locked),
            Limits = workspace.ScriptLimits,
        };
    }

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
